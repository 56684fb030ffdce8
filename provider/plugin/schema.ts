import schema from "./schema.json";

/** What the engine and the generators of SDKs know of the package. */
export function schemaText(version: string): string {
    return JSON.stringify({ ...schema, version });
}
