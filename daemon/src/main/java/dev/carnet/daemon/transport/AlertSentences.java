package dev.carnet.daemon.transport;

import java.io.IOException;
import org.bouncycastle.tls.AlertDescription;
import org.bouncycastle.tls.TlsFatalAlert;
import org.bouncycastle.tls.TlsFatalAlertReceived;

/** What a failed handshake means and who can mend it, in one sentence. */
final class AlertSentences {
    private AlertSentences() {}

    static String of(Exception e, String remote, Credentials own) {
        return switch (e) {
            case TlsFatalAlertReceived alert -> received(alert.getAlertDescription(), remote, own);
            case TlsFatalAlert alert -> raised(alert, remote);
            case IOException io -> "the connection to " + remote + " failed: " + io.getMessage();
            default -> "TLS with " + remote + " failed: " + e;
        };
    }

    private static String received(short alert, String remote, Credentials own) {
        String name = AlertDescription.getName(alert);
        return switch (alert) {
            case AlertDescription.protocol_version -> remote + " does not speak TLS 1.3, the only version here";
            case AlertDescription.insufficient_security, AlertDescription.handshake_failure ->
                remote + " has no group or cipher suite in common with us (" + name
                        + "): both sides need X25519MLKEM768 and AES-GCM";
            case AlertDescription.no_application_protocol ->
                remote + " knows neither carnet-ctl/1 nor carnet-data/1: is it a carnetd?";
            case AlertDescription.certificate_expired ->
                remote + " says that our certificate is not valid now (" + own.spiffeId() + ", until " + own.notAfter()
                        + "): renew it, and look at both clocks";
            case AlertDescription.unknown_ca ->
                remote + " has no trust anchor for the trust domain of " + own.spiffeId()
                        + ": add our CA to its trust configuration";
            case AlertDescription.bad_certificate, AlertDescription.certificate_unknown ->
                remote + " refuses our certificate (" + own.spiffeId() + ", " + name
                        + "): its log says why; is our CA the one it trusts for this trust domain?";
            case AlertDescription.certificate_required -> remote + " got no certificate from us";
            case AlertDescription.access_denied -> remote + " expected another peer than " + own.spiffeId();
            default -> remote + " ended TLS with the alert " + name;
        };
    }

    private static String raised(TlsFatalAlert alert, String remote) {
        return switch (alert.getAlertDescription()) {
            case AlertDescription.protocol_version -> remote + " does not offer TLS 1.3, the only version here";
            case AlertDescription.no_application_protocol ->
                remote + " asks neither for carnet-ctl/1 nor for carnet-data/1: is it a carnetd?";
            case AlertDescription.handshake_failure ->
                remote + " offers no cipher suite of ours, or broke off the handshake";
            default -> "TLS with " + remote + " failed: " + alert.getMessage() + cause(alert);
        };
    }

    private static String cause(TlsFatalAlert alert) {
        Throwable cause = alert.getCause();
        return cause == null ? "" : " (" + cause.getMessage() + ")";
    }
}
