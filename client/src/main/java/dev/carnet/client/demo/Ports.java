package dev.carnet.client.demo;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;

/** Two ports of the loopback interface that nobody listens at. */
record Ports(int sender, int receiver) {

    /** Held both at once, so that they differ. Somebody else may take one before a daemon does; that daemon says so and ends. */
    static Ports free() throws IOException {
        InetAddress loopback = InetAddress.getByAddress(new byte[] {127, 0, 0, 1});
        try (ServerSocket one = new ServerSocket(0, 1, loopback);
                ServerSocket other = new ServerSocket(0, 1, loopback)) {
            return new Ports(one.getLocalPort(), other.getLocalPort());
        }
    }
}
