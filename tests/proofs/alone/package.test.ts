import { expect } from "chai";
import { execFile } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import { after, before, describe, it } from "mocha";
import { runCell } from "../../tools/compat/cellRun";
import { PACKAGE_MANAGERS } from "../../tools/compat/packageManagers";
import { PROGRAMS, type ProgramKind } from "../../tools/compat/programs";
import { executableOf } from "../../tools/compat/tools";
import { packPackage } from "../../support/installedPackage";

const run = promisify(execFile);

/** As `pulumi new typescript` writes it, but for the word by which TypeScript 6 takes it. */
const TSCONFIG = {
    compilerOptions: {
        target: "es2022",
        module: "commonjs",
        moduleResolution: "node",
        strict: true,
        types: ["node"],
        ignoreDeprecations: "6.0",
    },
};

const LAUNCHER = "pulumi-resource-vercel-client-cert";

describe("the package, as users install it", function () {
    this.timeout(25 * 60_000);

    let folder: string;
    let tarball: string;
    before(async () => {
        folder = await mkdtemp(join(tmpdir(), "pack-"));
        tarball = await packPackage(folder);
    });
    after(() => rm(folder, { recursive: true, force: true }));

    it("holds only what runs, and the documents", async () => {
        const { stdout } = await run("tar", ["-tzf", tarball]);
        const unexpected = stdout
            .trim()
            .split("\n")
            .filter(
                (file) =>
                    !/^package\/(dist\/provider\/(?!plugin\/)[\w/]+\.(js|d\.ts)|package\.json|README\.md|LICENSE|CHANGELOG\.md|docs\/reference\/[\w-]+\.md)$/.test(
                        file,
                    ),
            );
        // The second entry, whose modules are bundled, and stand nowhere else.
        expect(unexpected).to.have.members(
            ["LICENSES.txt", "plugin.js", LAUNCHER, `${LAUNCHER}.cmd`].map((file) => `package/plugin/${file}`),
        );
        expect(stdout).to.contain("package/dist/provider/v1.js");
    });

    const typescript: ProgramKind = {
        ...PROGRAMS.ts,
        files: { ...PROGRAMS.ts.files, "tsconfig.json": JSON.stringify(TSCONFIG) },
    };
    for (const [title, packageManager, program] of [
        ["npm, in JavaScript", "npm", PROGRAMS.cjs],
        ["npm, in TypeScript", "npm", typescript],
        ["pnpm, in JavaScript", "pnpm", PROGRAMS.cjs],
    ] as const) {
        it(`is installed into an empty folder and run: ${title}`, async () => {
            await runCell({
                nodeFolder: dirname(process.execPath),
                nodeVersion: process.version,
                packageManager: PACKAGE_MANAGERS[packageManager],
                executable:
                    packageManager === "npm" ? "npm" : await executableOf(PACKAGE_MANAGERS[packageManager].tool),
                program,
                tarball,
            });
        });
    }
});
