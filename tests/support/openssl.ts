import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** A folder in which the openssl of this machine works; dispose of it. */
export class OpenSsl {
    readonly folder = mkdtempSync(join(tmpdir(), "openssl-"));

    write(name: string, content: string | Buffer): string {
        const path = join(this.folder, name);
        writeFileSync(path, content);
        return path;
    }

    run(...args: readonly string[]): string {
        return execFileSync("openssl", args, { cwd: this.folder, encoding: "utf8", stdio: ["ignore", "pipe", "pipe"] });
    }

    /** What the command writes into the file that it is given as `-out`. */
    make(...args: readonly string[]): Buffer {
        const name = `made-${String(Math.random()).slice(2)}`;
        this.run(...args, "-out", name);
        return readFileSync(join(this.folder, name));
    }

    dispose(): void {
        rmSync(this.folder, { recursive: true });
    }
}
