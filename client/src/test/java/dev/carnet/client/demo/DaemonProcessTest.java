package dev.carnet.client.demo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DaemonProcessTest {

    @TempDir
    Path folder;

    @Test
    void startsWaitsKillsAndStartsAgain() throws Exception {
        DaemonProcess daemon = daemon("echo \"up $*\"; touch ready; exec sleep 60");
        daemon.start();
        daemon.awaitReady(() -> Files.exists(folder.resolve("ready")));
        ProcessHandle first = ProcessHandle.of(daemon.pid()).orElseThrow();
        daemon.requireAlive();
        daemon.kill();
        assertThat(first.isAlive()).isFalse();
        assertThatThrownBy(daemon::requireAlive)
                .isInstanceOf(DemoException.class)
                .hasMessageContaining("the thing ended by itself with exit code 137")
                .hasMessageContaining("up --config " + folder.resolve("c.toml") + " --allow-root");
        daemon.start();
        daemon.requireAlive();
        daemon.stop();
        assertThat(ProcessHandle.of(daemon.pid()).map(ProcessHandle::isAlive).orElse(false))
                .isFalse();
        assertThat(daemon.command())
                .endsWith("--config", folder.resolve("c.toml").toString(), "--allow-root");
    }

    @Test
    void aDaemonThatDoesNotStartSaysWhy() throws Exception {
        DaemonProcess daemon = daemon("echo c.toml:7: no such key; exit 2");
        daemon.start();
        assertThatThrownBy(() -> daemon.awaitReady(() -> false))
                .hasMessageContaining("exit code 2")
                .hasMessageContaining("c.toml:7: no such key");
    }

    private DaemonProcess daemon(String body) throws Exception {
        Path script = folder.resolve("carnetd");
        Files.writeString(script, "#!/bin/sh\ncd '" + folder + "'\n" + body + "\n");
        Files.setPosixFilePermissions(script, PosixFilePermissions.fromString("rwx------"));
        Launchers launchers = new Launchers(folder.resolve("carnet"), script, Optional.empty(), true);
        return new DaemonProcess("thing", launchers, folder.resolve("c.toml"), folder.resolve("log"));
    }
}
