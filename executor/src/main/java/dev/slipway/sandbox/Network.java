package dev.slipway.sandbox;

/** What of the network a command sees: {@code RUN --network}. */
public enum Network {
    /** The executor's own, which in a pod is the pod's. */
    HOST,
    /** A loopback interface and nothing else. */
    NONE
}
