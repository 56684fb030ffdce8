import { describeInterruptions } from "../../engine/interruptions";

describeInterruptions({
    ofCreations: [
        ["the provider killed", "before the upload is sent"],
        ["the provider killed", "while it waits for the upload's answer"],
        ["the CLI interrupted once", "after the upload's effect"],
        ["the CLI interrupted twice", "while it waits for the upload's answer"],
        ["the CLI interrupted twice", "after the upload's effect"],
    ],
});
