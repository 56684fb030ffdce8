/** What runs this process, as messages name it: bun calls itself a version of Node as well. */
export function runtimeName(): string {
    const bun = process.versions["bun"];
    return bun === undefined ? `this Node (${process.version})` : `bun ${bun}`;
}

/** What bun's BoringSSL lacks, after "cannot read"; nothing on Node, where the provider's process always runs. */
export function limitsOfRuntime(): string {
    return process.versions["bun"] === undefined
        ? ""
        : " (its BoringSSL knows neither Ed448 nor RSA-PSS nor secp256k1, but Node's OpenSSL does)";
}
