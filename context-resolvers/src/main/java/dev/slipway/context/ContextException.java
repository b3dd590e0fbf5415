package dev.slipway.context;

/**
 * A context that can't be had: what was tried, on what, what happened and what to do (exit 66; 71 where the machine is
 * at fault).
 */
public final class ContextException extends Exception {
    private static final long serialVersionUID = 1;

    private final Kind kind;

    public ContextException(String message) {
        this(Kind.CONTEXT, message);
    }

    public ContextException(String message, Throwable cause) {
        this(Kind.CONTEXT, message, cause);
    }

    public ContextException(Kind kind, String message) {
        super(message);
        this.kind = kind;
    }

    public ContextException(Kind kind, String message, Throwable cause) {
        super(message, cause);
        this.kind = kind;
    }

    public Kind kind() {
        return kind;
    }

    /** Whose fault it is, in the classes that pod failure policies tell apart (DESIGN 3.9). */
    public enum Kind {
        /** The URI, or what it names, isn't right (66). */
        CONTEXT,
        /** This machine is out of something, such as space for the extracted context (71). */
        ENVIRONMENT
    }
}
