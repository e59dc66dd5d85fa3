// verify_mldsa VKEY CHECKPOINT...: the ML-DSA-44 line (C2SP tlog-cosignature, type 0x06) of each log checkpoint, by
// npm's @noble/post-quantum. VKEY is the log's ML-DSA-44 key as C2SP signed-note writes it.

import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { ml_dsa44 } from '@noble/post-quantum/ml-dsa.js';

const TYPE = 0x06;
const PUBLIC_KEY_BYTES = 1312;
const SIGNATURE_BYTES = 2420;

function check(right, sentence) {
  if (!right) {
    throw new Error(sentence);
  }
}

/** `<name>+<hex id>+<base64 of type and key>`; the base64 may have more of the plus signs. */
function parseKey(vkey) {
  const [, name, id, base64] = /^([^+]+)\+([0-9a-f]{8})\+(.+)$/.exec(vkey) ?? [];
  check(name, `no verifier key: ${vkey}`);
  const typed = Buffer.from(base64, 'base64');
  check(typed[0] === TYPE && typed.length === 1 + PUBLIC_KEY_BYTES, `${name}: no ML-DSA-44 key`);
  const digest = createHash('sha256').update(`${name}\n`).update(typed).digest();
  check(digest.subarray(0, 4).toString('hex') === id, `${name}: the key has another id than ${id}`);
  return { name, id, raw: typed.subarray(1) };
}

const uint64 = (value) => {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64BE(value);
  return bytes;
};

const opaque = (text) => {
  const bytes = Buffer.from(text, 'utf8');
  check(bytes.length >= 1 && bytes.length <= 255, `a name of ${bytes.length} bytes`);
  return Buffer.concat([Buffer.from([bytes.length]), bytes]);
};

/** The struct `cosigned_message` of the whole tree. */
function message(cosigner, time, { origin, size, root }) {
  return Buffer.concat([
    Buffer.from('subtree/v1\n\0', 'latin1'),
    opaque(cosigner),
    uint64(time),
    opaque(origin),
    uint64(0n),
    uint64(size),
    root,
  ]);
}

function verify(key, path) {
  const text = readFileSync(path, 'utf8');
  const gap = text.lastIndexOf('\n\n');
  const body = text.slice(0, gap).split('\n');
  check(gap > 0 && body.length === 3, `${path}: no log checkpoint`);
  const tree = { origin: body[0], size: BigInt(body[1]), root: Buffer.from(body[2], 'base64') };
  check(tree.root.length === 32, `${path}: a root of ${tree.root.length} bytes`);

  const prefix = `\u2014 ${key.name} `;
  const signatures = text
    .slice(gap + 2)
    .split('\n')
    .filter((line) => line.startsWith(prefix))
    .map((line) => Buffer.from(line.slice(prefix.length), 'base64'))
    .filter((bytes) => bytes.subarray(0, 4).toString('hex') === key.id);
  check(signatures.length === 1, `${path}: ${signatures.length} lines of the ML-DSA-44 key`);
  const [line] = signatures;
  check(line.length === 4 + 8 + SIGNATURE_BYTES, `${path}: a line of ${line.length} bytes`);
  const time = line.readBigUInt64BE(4);
  check(time > 0n, `${path}: a log signs with its time`);
  check(
    ml_dsa44.verify(line.subarray(12), message(key.name, time, tree), key.raw),
    `${path}: the ML-DSA-44 signature does not verify`,
  );
}

try {
  const [vkey, ...paths] = process.argv.slice(2);
  check(vkey && paths.length > 0, 'usage: verify_mldsa VKEY CHECKPOINT...');
  const key = parseKey(vkey);
  paths.forEach((path) => verify(key, path));
  console.log(`${key.name}: ${paths.length} log checkpoints verify with ML-DSA-44`);
} catch (error) {
  console.error(`verify_mldsa: ${error.message}`);
  process.exit(1);
}
