/** A process in the state in which the engine has the provider: nothing parsed, nothing compiled. */
import { ClientCertificateProvider } from "../../../provider/provider";
import { systemClock } from "../../../provider/vercel/clock";
import type { Unchanged } from "./checkCost";

process.once("message", (resources: readonly Unchanged[]) => {
    void measure(resources).then((cpuMs) => {
        process.send?.({ cpuMs });
        process.disconnect();
    });
});

async function measure(resources: readonly Unchanged[]): Promise<number> {
    const provider = new ClientCertificateProvider({
        clock: systemClock,
        environment: {},
        folder: process.cwd(),
        writeLine: () => undefined,
    });
    const before = process.cpuUsage();
    for (const { id, inputs, outputs, news } of resources) {
        const { inputs: checked } = await provider.check(inputs, news);
        const { changes } = await provider.diff(id, outputs, checked);
        if (changes) {
            throw new Error(`${id}: expected no change, got one`);
        }
    }
    const { user, system } = process.cpuUsage(before);
    return (user + system) / 1000;
}
