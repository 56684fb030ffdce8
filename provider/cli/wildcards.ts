import { readdir } from "node:fs/promises";
import { basename, dirname, join, resolve } from "node:path";

/** The shells of Windows leave `*.pem` to the program. Whatever matches nothing stays as it is. */
export async function expandWildcards(paths: readonly string[], folder: string): Promise<readonly string[]> {
    return (await Promise.all(paths.map((path) => expand(path, folder)))).flat();
}

async function expand(path: string, folder: string): Promise<readonly string[]> {
    const pattern = basename(path);
    if (!/[*?]/.test(pattern)) {
        return [path];
    }
    const names = await readdir(resolve(folder, dirname(path))).catch((): string[] => []);
    const found = names.includes(pattern) ? [] : names.filter(matcher(pattern)).sort();
    return found.length === 0 ? [path] : found.map((name) => join(dirname(path), name));
}

/** As in a shell, a leading dot has to be there in the pattern. */
function matcher(pattern: string): (name: string) => boolean {
    const escaped = pattern.replace(/[\\^$.+()[\]{}|]/g, String.raw`\$&`);
    const expression = escaped.replaceAll("*", ".*").replaceAll("?", ".");
    const whole = new RegExp(`^${expression}$`, process.platform === "win32" ? "i" : "");
    return (name) => whole.test(name) && (!name.startsWith(".") || pattern.startsWith("."));
}
