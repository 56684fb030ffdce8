import js from "@eslint/js";
import tseslint from "typescript-eslint";

/** The arrows of DESIGN.md: which folder may not import which. */
const forbid = (files, group, message) => ({
    files,
    rules: { "no-restricted-imports": ["error", { patterns: [{ group, message }] }] },
});

/** What the engine speaks to plugins with, and the one folder that speaks it. */
const PLUGIN = ["**/plugin/*", "@pulumi/pulumi/proto/*", "@grpc/*", "google-protobuf", "google-protobuf/*"];

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
    forbid(
        ["provider/material/**"],
        ["**/vercel/*", "**/operations/*", "**/probe/*", "**/bin/*", "@pulumi/*", "axios", ...PLUGIN],
        "material/ knows neither Pulumi nor Vercel",
    ),
    forbid(
        ["provider/probe/**"],
        ["**/vercel/*", "**/operations/*", "**/bin/*", "@pulumi/*", "axios", "node-forge", "node-forge/*", ...PLUGIN],
        "probe/ knows origins and certificates, but neither Pulumi nor Vercel",
    ),
    forbid(
        ["provider/vercel/**"],
        [
            "**/material/*",
            "**/operations/*",
            "**/probe/*",
            "**/bin/*",
            "@pulumi/*",
            "node-forge",
            "node-forge/*",
            ...PLUGIN,
        ],
        "vercel/ knows neither Pulumi nor X.509",
    ),
    forbid(
        ["provider/operations/**"],
        ["**/bin/*", "axios", "node-forge", "node-forge/*", ...PLUGIN],
        "wire and PEM framing stop at vercel/ and material/",
    ),
    forbid(
        ["provider/bin/**"],
        ["@pulumi/*", "axios", "node-forge", "node-forge/*", ...PLUGIN],
        "the command line is made of the other folders, and starts without the SDK",
    ),
    forbid(["provider/*.ts"], PLUGIN, "plugin/ is an entry of its own: nothing else knows it"),
    { files: ["eslint.config.mjs"], rules: { "no-restricted-syntax": "off" } },
);
