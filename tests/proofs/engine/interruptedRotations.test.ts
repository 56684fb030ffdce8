import { describeInterruptions } from "../../engine/interruptions";

describeInterruptions({
    ofRotations: [
        ["the provider killed", "before the upload is sent"],
        ["the provider killed", "while it waits for the upload's answer"],
        ["the provider killed", "after the upload's effect"],
        ["the provider killed", "before a clean-up deletion"],
        ["the provider killed", "after a clean-up deletion"],
        ["the CLI interrupted twice", "after a clean-up deletion"],
    ],
    ofUpserts: [["the provider killed", "after the upload's effect"]],
});
