import js from "@eslint/js";
import tseslint from "typescript-eslint";

/** What the engine speaks to plugins with, and the one folder that speaks it. */
const PLUGIN = ["@pulumi/pulumi/proto/*", "@grpc/*", "google-protobuf", "google-protobuf/*"];
const FORGE = ["node-forge", "node-forge/*"];
const OUTSIDE = ["@pulumi/*", "axios", ...FORGE, ...PLUGIN];

/** Folders of provider/, each with those that it may not import; the packages beside them are known to others only. */
const ARROWS = {
    "text/**": {
        not: ["certificates", "vercel", "probe", "operations", "resource", "cli", "plugin", ...OUTSIDE],
        message: "text/ knows nothing but text",
    },
    "certificates/parse/**": {
        not: [
            "chain",
            "checks",
            "vercel",
            "probe",
            "operations",
            "resource",
            "cli",
            "plugin",
            "@pulumi/*",
            "axios",
            ...PLUGIN,
        ],
        message: "parse/ reads; what to make of it is for checks/ and chain/",
    },
    "certificates/checks/**": {
        not: ["chain", "vercel", "probe", "operations", "resource", "cli", "plugin", ...OUTSIDE],
        message: "checks/ know the certificates of a path, not how it was found",
    },
    "certificates/!(parse|checks)/**": {
        not: ["vercel", "probe", "operations", "resource", "cli", "plugin", ...OUTSIDE],
        message: "certificates/ knows neither Pulumi nor Vercel",
    },
    "certificates/*.ts": {
        not: ["vercel", "probe", "operations", "resource", "cli", "plugin", "@pulumi/*", "axios", ...PLUGIN],
        message: "certificates/ knows neither Pulumi nor Vercel",
    },
    "probe/**": {
        not: ["vercel", "operations", "resource", "cli", "plugin", ...OUTSIDE],
        message: "probe/ knows origins and certificates, but neither Pulumi nor Vercel",
    },
    "vercel/**": {
        not: ["certificates", "operations", "probe", "resource", "cli", "plugin", "@pulumi/*", ...FORGE, ...PLUGIN],
        message: "vercel/ knows neither Pulumi nor X.509",
    },
    "operations/**": {
        not: ["resource", "cli", "plugin", ...OUTSIDE],
        message: "the wire, PEM framing and the engine's SDK stop at vercel/, certificates/ and resource/",
    },
    "resource/**": {
        not: ["vercel", "probe", "cli", "plugin", "axios", ...FORGE, ...PLUGIN],
        message: "the program reads no certificate and makes no call",
    },
    "cli/**": {
        not: ["resource", "plugin", ...OUTSIDE],
        message: "the command line is made of the other folders, and starts without the SDK",
    },
    "*.ts": { not: ["plugin", "cli", ...PLUGIN], message: "entries know no other entry" },
};

const arrows = Object.entries(ARROWS).map(([folder, { not, message }]) => ({
    files: [`provider/${folder}`],
    rules: {
        "no-restricted-imports": [
            "error",
            {
                patterns: [
                    {
                        group: not.map((name) => (/^[a-z]+$/.test(name) && name !== "axios" ? `**/${name}/**` : name)),
                        message,
                    },
                ],
            },
        ],
    },
}));

export default tseslint.config(
    { ignores: ["dist/**", "plugin/**", "node_modules/**", "examples/**/node_modules/**"] },
    js.configs.recommended,
    ...tseslint.configs.strict,
    {
        files: ["**/*.ts"],
        languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
        rules: {
            "@typescript-eslint/no-floating-promises": "error",
            "@typescript-eslint/no-misused-promises": "error",
            "@typescript-eslint/await-thenable": "error",
            "@typescript-eslint/switch-exhaustiveness-check": "error",
            "no-restricted-syntax": [
                "error",
                { selector: "ExportDefaultDeclaration", message: "No default exports: one name everywhere." },
            ],
        },
    },
    { files: ["tests/**/*.ts"], rules: { "@typescript-eslint/no-unused-expressions": "off" } },
    {
        files: ["**/*.mjs"],
        languageOptions: { globals: { process: "readonly", console: "readonly", URL: "readonly" } },
    },
    {
        files: ["examples/javascript/**/*.js"],
        languageOptions: { sourceType: "commonjs", globals: { require: "readonly", exports: "writable" } },
        rules: { "@typescript-eslint/no-require-imports": "off" },
    },
    ...arrows,
    {
        files: ["provider/**/*.ts"],
        rules: {
            "max-params": ["error", 4],
            "max-lines": ["error", { max: 250, skipBlankLines: true, skipComments: true }],
        },
    },
    // The client is one list of calls.
    { files: ["provider/vercel/client.ts"], rules: { "max-lines": "off" } },
    { files: ["eslint.config.mjs"], rules: { "no-restricted-syntax": "off" } },
);
