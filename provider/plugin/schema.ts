import type { manifest } from "../manifest";
import schema from "./schema.json";

/** What the engine and the generators of SDKs know of the package, and where its releases have the plugin. */
export function schemaText({ version, repository }: typeof manifest): string {
    const [, name] = /github\.com\/([^/]+\/[^/]+?)(?:\.git)?$/.exec(repository?.url ?? "") ?? [];
    return JSON.stringify({
        ...schema,
        version,
        ...(name === undefined ? {} : { pluginDownloadURL: `github://api.github.com/${name}` }),
    });
}
