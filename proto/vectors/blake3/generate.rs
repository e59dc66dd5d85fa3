use blake3::hazmat::{ChainingValue, HasherExt};
use blake3::Hasher;

const CHUNK: usize = 4 << 20;

fn cv(chunk: &[u8], number: usize) -> ChainingValue {
    let mut hasher = Hasher::new();
    hasher.set_input_offset((number * CHUNK) as u64);
    hasher.update(chunk);
    hasher.finalize_non_root()
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|b| format!("{b:02x}")).collect()
}

fn main() {
    let lengths = [
        0, 1, 1023, 1024, 1025, CHUNK - 1, CHUNK, CHUNK + 1, 2 * CHUNK - 1, 2 * CHUNK, 2 * CHUNK + 1, 5 * CHUNK + 77,
    ];
    println!("[");
    for (i, length) in lengths.iter().enumerate() {
        let data: Vec<u8> = (0..*length).map(|b| (b % 251) as u8).collect();
        let cvs: Vec<String> = data.chunks(CHUNK).enumerate().map(|(n, c)| format!("\"{}\"", hex(&cv(c, n)))).collect();
        println!("  {{");
        println!("    \"length\": {length},");
        println!("    \"root\": \"{}\",", blake3::hash(&data).to_hex());
        println!("    \"cvs\": [{}]", cvs.join(", "));
        println!("  }}{}", if i + 1 < lengths.len() { "," } else { "" });
    }
    println!("]");
}
