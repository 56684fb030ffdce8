import { describeInterruptions } from "./interruptions";

describeInterruptions({
    ofCreations: [["the provider killed", "after the upload's effect"]],
    ofRotations: [
        ["the CLI interrupted once", "before a clean-up deletion"],
        ["the CLI interrupted twice", "after the upload's effect"],
    ],
});
