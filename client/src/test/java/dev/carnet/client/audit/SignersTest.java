package dev.carnet.client.audit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.carnet.proto.ledger.Dsse;
import dev.carnet.proto.ledger.Statement;
import java.nio.file.Path;
import java.util.List;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Whose keys an entry is said to verify with. */
@Timeout(60)
class SignersTest {
    @TempDir
    Path temp;

    @Test
    void a_key_binding_of_another_ledger_or_that_its_own_keys_have_not_signed_brings_no_keys() throws Broken {
        TestLedger ledger = new TestLedger("spiffe://example.org/north", temp.resolve("identity"));
        TestLedger other = new TestLedger("spiffe://example.org/other", temp.resolve("other"));
        TestLedger same = new TestLedger(ledger.id(), temp.resolve("same"));
        ledger.add(other.entry(0));
        ledger.add(same.signedBySomebodyElse(0));
        ledger.rekey();
        LedgerView view = LedgerView.open(new DirectoryFiles(ledger.write(temp.resolve("ledger"))));

        for (TestLedger stranger : List.of(other, same)) {
            assertThat(signers(view, stranger.entry(stranger.refuse(1))))
                    .as(stranger.origin())
                    .isNotEmpty()
                    .allSatisfy(signer -> assertThat(signer.state()).isEqualTo(Signer.State.UNKNOWN));
        }
        assertThat(signers(view, ledger.entry(ledger.refuse(1))))
                .as("its newest keys")
                .isNotEmpty()
                .allSatisfy(signer -> {
                    assertThat(signer.state()).isEqualTo(Signer.State.VERIFIES);
                    assertThat(signer.binding()).isEqualTo(OptionalLong.of(3));
                });
    }

    private static List<Signer> signers(LedgerView view, byte[] entry) throws Broken {
        Dsse dsse = Dsse.parse(entry);
        return Signers.of(view, dsse, Statement.read(dsse.payload()));
    }
}
