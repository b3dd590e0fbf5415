package dev.slipway.registry;

/** Whether images come or go: the insecure flags differ, and so do the rights that are asked for. */
enum Direction {
    PULL,
    PUSH
}
