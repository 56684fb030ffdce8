import { join } from "node:path";
import type { Tool } from "./tools";

export interface PackageManager {
    readonly title: string;
    readonly tool: Tool;
    /** Files of its own in the folder of the program. */
    readonly files: Readonly<Record<string, string>>;
    readonly environment: Readonly<Record<string, string>>;
    readonly install: readonly string[];
    /** What Node needs to find packages that are in no node_modules. */
    readonly nodeOptions: (folder: string) => readonly string[];
    /** What a user has to do beyond the installation. */
    readonly note?: string;
}

const none = (): readonly string[] => [];

const YARN = {
    tool: { name: "@yarnpkg/cli-dist", version: "4.18.1", file: "node_modules/.bin/yarn" },
    // Without it, Yarn takes the folder for a part of a project above.
    files: { "yarn.lock": "" },
    install: ["install", "--no-immutable"],
} as const;

export const PACKAGE_MANAGERS = {
    npm: {
        title: "npm",
        tool: { name: "npm", version: "11.19.1", file: "node_modules/.bin/npm" },
        files: {},
        environment: {},
        install: ["install", "--no-audit", "--no-fund"],
        nodeOptions: none,
    },
    pnpm: {
        title: "pnpm",
        tool: { name: "pnpm", version: "12.21.0", file: "node_modules/.bin/pnpm", setup: "install.js" },
        // It asks what to do with the script of a dependency of the SDK, and fails until it has an answer.
        files: { "pnpm-workspace.yaml": "allowBuilds:\n    protobufjs: false\n" },
        environment: {},
        install: ["install", "--no-frozen-lockfile"],
        nodeOptions: none,
        note: "it asks whether the script of `protobufjs`, a dependency of the SDK, may run. It need not.",
    },
    yarn: {
        title: "Yarn, node_modules",
        ...YARN,
        environment: { YARN_NODE_LINKER: "node-modules" },
        nodeOptions: none,
    },
    yarnPnp: {
        title: "Yarn, Plug'n'Play",
        ...YARN,
        environment: { YARN_NODE_LINKER: "pnp" },
        // As `yarn pulumi up` and `yarn exec` set it.
        nodeOptions: (folder) => ["--require", join(folder, ".pnp.cjs")],
        note: "`NODE_OPTIONS=--require=…/.pnp.cjs`, which `yarn exec pulumi up` sets.",
    },
    yarnClassic: {
        title: "Yarn 1",
        tool: { name: "yarn", version: "1.22.22", file: "node_modules/.bin/yarn" },
        files: {},
        environment: {},
        // Its cache is none for several at a time.
        install: ["install", "--no-progress", "--mutex", "network"],
        nodeOptions: none,
    },
    bun: {
        title: "bun as package manager",
        tool: { name: "bun", version: "1.4.5", file: "node_modules/.bin/bun", setup: "install.js" },
        files: {},
        environment: {},
        install: ["install"],
        nodeOptions: none,
    },
} as const satisfies Readonly<Record<string, PackageManager>>;

export type PackageManagerName = keyof typeof PACKAGE_MANAGERS;
