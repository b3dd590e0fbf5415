package dev.slipway.dockerfile;

/** One pair of ENV or LABEL. */
public record KeyValue(String key, String value) {}
