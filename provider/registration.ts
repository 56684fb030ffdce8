/** What the state of every resource names as its type. */
export const TYPE = "pulumi-nodejs:dynamic/vercel:ProjectClientCert";

/** The same in programs that use the plugin. */
export const PLUGIN_TYPE = "vercel-client-cert:index:ProjectClientCert";

/** By this input the program says that it previews. It is never returned to the engine, and nothing is refused for it. */
export const PREVIEW_PROPERTY = "__preview";

/**
 * The text by which the engine's second process finds the provider; it stands in every state, so it is frozen. See
 * DESIGN.md, "How the provider is found".
 */
export const PROVIDER_TEXT =
    'exports.handler=()=>{const n="pulumi-vercel-client-cert";let f;try{f=require.resolve(n+"/provider/v1",{paths:[".",require.main.path]})}catch{throw new Error(`npm package ${n} not found from ${process.cwd()}: install it there; refresh and destroy need it too`)}return require(f)}';
