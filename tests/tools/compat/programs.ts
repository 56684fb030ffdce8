import { ORIGIN } from "../../support/testEnvironment";

/** A way in which users write their programs. */
export interface ProgramKind {
    readonly title: string;
    /** What makes it this kind. */
    readonly explanation: string;
    /** What Pulumi.yaml says: whether the SDK compiles the program, by ts-node. */
    readonly typescript: boolean;
    readonly main: string;
    readonly type: "commonjs" | "module";
    readonly files: Readonly<Record<string, string>>;
    /** Besides this package and the SDK; without a version: in the one that this repository is tested with. */
    readonly packages: readonly string[];
    /** The oldest major version of Node that can run it at all. */
    readonly fromNode?: number;
    /** The package is installed only as a dependency of a component. */
    readonly byComponent?: true;
    /** Of the SDK; by default the one that this repository is tested with. */
    readonly sdk?: string;
    /** bun runs the program, Node the provider. */
    readonly runsOnBun?: true;
}

const FILES = `cert: fs.readFileSync("client.pem", "utf8"), key: { file: "client.key" }, ca: fs.readFileSync("ca.pem", "utf8")`;
const ARGS = `{ project: "site", team: "team_1", origin: "${ORIGIN}", ${FILES} }`;

const COMMON_JS = `
const fs = require("node:fs");
const { ProjectClientCert } = require("pulumi-vercel-client-cert");
const cert = new ProjectClientCert("mtls", ${ARGS});
exports.certId = cert.certId;
exports.node = process.versions.bun === undefined ? process.version : "bun " + process.versions.bun;
`;

const BY_COMPONENT = COMMON_JS.replace(`require("pulumi-vercel-client-cert")`, `require("mtls-component")`);

const ES_MODULE = `
import * as fs from "node:fs";
import { ProjectClientCert } from "pulumi-vercel-client-cert";
const cert = new ProjectClientCert("mtls", ${ARGS});
export const certId = cert.certId;
export const node = process.version;
`;

const TYPESCRIPT = `
import * as fs from "node:fs";
import * as pulumi from "@pulumi/pulumi";
import { ProjectClientCert } from "pulumi-vercel-client-cert";
import type { ProjectClientCertArgs } from "pulumi-vercel-client-cert";

const args: ProjectClientCertArgs = ${ARGS};
export const certId: pulumi.Output<string> = new ProjectClientCert("mtls", args).certId;
export const node: string = process.version;
`;

/** Without the types of Node, whose current versions the SDK's old compiler cannot read. */
const TYPESCRIPT_3 = `
declare const process: { readonly version: string };
declare function require(name: "fs"): { readFileSync(file: string, encoding: string): string };
import * as pulumi from "@pulumi/pulumi";
import { ProjectClientCert } from "pulumi-vercel-client-cert";
import type { ProjectClientCertArgs } from "pulumi-vercel-client-cert";

const fs = require("fs");
const args: ProjectClientCertArgs = ${ARGS};
export const certId: pulumi.Output<string> = new ProjectClientCert("mtls", args).certId;
export const node: string = process.version;
`;

function tsconfig(module: string): string {
    return JSON.stringify({ compilerOptions: { target: "es2022", module, strict: true, types: ["node"] } });
}

/** The component of {@link ProgramKind.byComponent}; the package stands among its dependencies only. */
export const COMPONENT = {
    name: "mtls-component",
    program: `exports.ProjectClientCert = require("pulumi-vercel-client-cert").ProjectClientCert;\n`,
};

const OF_COMMON_JS = {
    typescript: false,
    main: "index.js",
    type: "commonjs",
    files: { "index.js": COMMON_JS },
    packages: [],
} as const;

export const PROGRAMS = {
    cjs: {
        title: "JavaScript, CommonJS",
        explanation: "`require`. In `Pulumi.yaml`: `typescript: false`.",
        ...OF_COMMON_JS,
    },
    esm: {
        title: "JavaScript, ES module",
        explanation: '`"type": "module"` in `package.json`, a named `import`.',
        typescript: false,
        main: "index.js",
        type: "module",
        files: { "index.js": ES_MODULE },
        packages: [],
    },
    ts: {
        title: "TypeScript, CommonJS",
        explanation: "the SDK's default: compiled by the ts-node that it brings, with the TypeScript of the project.",
        typescript: true,
        main: "index.ts",
        type: "commonjs",
        files: { "index.ts": TYPESCRIPT, "tsconfig.json": tsconfig("node16") },
        packages: ["typescript", "@types/node"],
    },
    tsEsm: {
        title: "TypeScript, ES module",
        explanation: '`"type": "module"`, compiled by the SDK with `ts-node` 10 of the project.',
        typescript: true,
        main: "index.ts",
        type: "module",
        files: { "index.ts": TYPESCRIPT, "tsconfig.json": tsconfig("nodenext") },
        packages: ["typescript", "@types/node", "ts-node@10.9.2"],
    },
    tsOld: {
        title: "TypeScript, by the compiler of the SDK (3.8)",
        explanation: "no `typescript` in the project, so the SDK takes its own.",
        typescript: true,
        main: "index.ts",
        type: "commonjs",
        files: { "index.ts": TYPESCRIPT_3 },
        packages: [],
    },
    stripped: {
        title: "TypeScript, by Node's own type stripping",
        explanation: '`"type": "module"`, `"main": "index.ts"`, and in `Pulumi.yaml` `typescript: false`.',
        typescript: false,
        main: "index.ts",
        type: "module",
        files: { "index.ts": TYPESCRIPT },
        packages: [],
        fromNode: 22,
    },
    component: {
        title: "JavaScript, through a component package",
        explanation: "this package is a dependency of a dependency only.",
        typescript: false,
        main: "index.js",
        type: "commonjs",
        files: { "index.js": BY_COMPONENT },
        packages: [],
        byComponent: true,
    },
    sdkOldest: {
        title: "SDK 3.216.0",
        explanation: "the oldest that `peerDependencies` allow.",
        ...OF_COMMON_JS,
        sdk: "3.216.0",
    },
    sdkNewest: {
        title: "SDK 3.276.0",
        explanation: "the newest there is.",
        ...OF_COMMON_JS,
        sdk: "3.276.0",
    },
    bun: {
        title: "bun as runtime",
        explanation: "a `node` on PATH that hands the program to bun, and everything else to Node.",
        ...OF_COMMON_JS,
        runsOnBun: true,
    },
} as const satisfies Readonly<Record<string, ProgramKind>>;

export type ProgramName = keyof typeof PROGRAMS;
