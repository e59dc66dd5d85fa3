package dev.carnet.client;

import java.util.Base64;

/**
 * Some bytes of an OMS bundle.
 *
 * @param volume that the checkpoint is in
 * @param size of the whole bundle
 */
public record BundlePage(String volume, String name, long size, byte[] bytes) {
    static BundlePage of(JsonObject json) {
        try {
            return new BundlePage(
                    json.text("volume"),
                    json.text("name"),
                    json.number("size"),
                    Base64.getDecoder().decode(json.text("content")));
        } catch (IllegalArgumentException e) {
            throw ApiException.protocol("content is not base64");
        }
    }
}
