import { YamlEnvironment } from "../../support/yamlEnvironment";
import { describeEngineCells } from "./onTheEngine";

describeEngineCells("the fault matrix on the real engine, with the plugin", {
    start: (options) => YamlEnvironment.start(options),
    declare: (env, resources) => {
        const type = "vercel-client-cert:ProjectClientCert";
        env.declare(
            Object.fromEntries(Object.entries(resources).map(([name, properties]) => [name, { type, properties }])),
        );
    },
});
