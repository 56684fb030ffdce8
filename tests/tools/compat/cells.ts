import { PACKAGE_MANAGERS, type PackageManagerName } from "./packageManagers";
import type { Tool } from "./tools";
import { PROGRAMS, type ProgramKind, type ProgramName } from "./programs";

/** One combination of what users may have. */
export interface Cell {
    readonly node: NodeName;
    readonly packageManager: PackageManagerName;
    readonly program: ProgramName;
}

/** The oldest that package.json allows, and the newest of each line with long-term support or on its way there. */
export const NODES = {
    "20": "20.19.0",
    "22": "22.23.3",
    "24": "24.21.0",
    "26": "26.10.0",
} as const;

export type NodeName = keyof typeof NODES;

/** The Node of the table of package managers: the oldest that the SDK asks for. */
export const NODE_OF_PACKAGE_MANAGERS: NodeName = "22";
export const PROGRAMS_OF_PACKAGE_MANAGERS: readonly ProgramName[] = ["cjs", "ts", "component"];
export const PROGRAMS_OF_NODES: readonly ProgramName[] = ["cjs", "esm", "ts", "tsEsm", "tsOld", "stripped"];

/** By npm on the Node of the package managers. */
export const PROGRAMS_OF_ENGINES: readonly ProgramName[] = ["sdkOldest", "sdkNewest", "bun"];

export interface KnownFailure {
    /** For users. */
    readonly reason: string;
    /** What the run shows; a failure without it is another one. */
    readonly shows: string;
}

/** What does not work, and cannot be mended in this package. */
export const KNOWN: Readonly<Record<string, KnownFailure>> = {
    "yarnPnp, Node 22, component": {
        reason:
            "Plug'n'Play shows a package to its dependents alone, and the provider is looked up from the program and from " +
            "the SDK. The message says what to do: install this package in the program too.",
        shows: "npm package pulumi-vercel-client-cert not found from",
    },
};

export const nodeNames = Object.keys(NODES) as readonly NodeName[];
export const packageManagerNames = Object.keys(PACKAGE_MANAGERS) as readonly PackageManagerName[];

/** All programs on every Node by npm; every package manager, other SDKs and bun on one Node. */
export function allCells(): readonly Cell[] {
    const byNode = nodeNames.flatMap((node) =>
        PROGRAMS_OF_NODES.filter((program) => canRun(node, program)).map((program): Cell => {
            return { node, packageManager: "npm", program };
        }),
    );
    const byManager = packageManagerNames.flatMap((packageManager) =>
        PROGRAMS_OF_PACKAGE_MANAGERS.map((program): Cell => {
            return { node: NODE_OF_PACKAGE_MANAGERS, packageManager, program };
        }),
    );
    const byEngine = PROGRAMS_OF_ENGINES.map(cellOfEngine);
    return [...new Map([...byNode, ...byManager, ...byEngine].map((cell) => [keyOf(cell), cell])).values()];
}

export function cellOfEngine(program: ProgramName): Cell {
    return { node: NODE_OF_PACKAGE_MANAGERS, packageManager: "npm", program };
}

export function keyOf({ node, packageManager, program }: Cell): string {
    return `${packageManager}, Node ${node}, ${program}`;
}

export function canRun(node: NodeName, program: ProgramName): boolean {
    const { fromNode = 0 }: ProgramKind = PROGRAMS[program];
    return Number(node) >= fromNode;
}

export function nodeTool(name: NodeName): Tool {
    // Its executable comes as a package of the platform, fetched by the script.
    const setup = "installArchSpecificPackage.js";
    return { name: "node", version: NODES[name], file: "node_modules/node/bin/node", setup };
}
