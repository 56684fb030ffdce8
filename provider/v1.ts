/**
 * The module that every state names: the text in `__provider` requires `pulumi-vercel-client-cert/provider/v1` and
 * takes its exports as the provider. The path and the names below are frozen for good; what stands behind them is not.
 */
import { systemClock } from "./vercel/clock";
import { ClientCertificateProvider } from "./provider";
import { startFolder } from "./startFolder";

const provider = new ClientCertificateProvider({
    clock: systemClock,
    environment: process.env,
    folder: startFolder(),
    // Where the engine picks up what a provider has to say: stdout belongs to its protocol.
    writeLine: (line) => process.stderr.write(`${line}\n`),
});

export const configure = provider.configure.bind(provider);
export const check = provider.check.bind(provider);
export const diff = provider.diff.bind(provider);
export const create = provider.create.bind(provider);
export const read = provider.read.bind(provider);
export const update = provider.update.bind(provider);
const remove = provider.delete.bind(provider);
export { remove as delete };
