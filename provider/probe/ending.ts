/** How a connection ended, as far as client certificates are concerned. */
export type Ending =
    /** The server answered the request; without a status if not by HTTP/1.1. */
    | { readonly kind: "answered"; readonly status: number | undefined; readonly fault: CertificateFault | undefined }
    /** The server ended the connection before any answer, by an alert of TLS or without a word. */
    | { readonly kind: "refused"; readonly alert: string | undefined }
    /** The server's own certificate is not trusted, so that nothing was asked of it. */
    | { readonly kind: "untrusted"; readonly reason: string }
    /** There was no handshake. */
    | { readonly kind: "unreachable"; readonly reason: string }
    /** The time ran out after the handshake began. */
    | { readonly kind: "silent" };

/** What a server says about the client certificate in an answer of HTTP. */
export type CertificateFault = "missing" | "refused";
