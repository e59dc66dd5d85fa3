package dev.carnet.client.demo;

import java.nio.file.Path;

final class DemoIdentities {
    private DemoIdentities() {}

    static void make(Path folder, DemoConfig.Side one, DemoConfig.Side other) {}
}
