import { EngineEnvironment } from "../../support/engineEnvironment";
import { describeEngineCells } from "./onTheEngine";

describeEngineCells("the fault matrix on the real engine", {
    start: (options) => EngineEnvironment.start(options),
    declare: (env, resources) => {
        env.declare({ resources });
    },
});
