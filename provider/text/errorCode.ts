/** The code of an error of the system's or of OpenSSL's, as `ENOENT`; its message may hold more than is to be shown. */
export function errorCode(error: unknown): string | undefined {
    const code = error instanceof Error && "code" in error ? error.code : undefined;
    return typeof code === "string" ? code : undefined;
}
