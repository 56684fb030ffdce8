import { describeOwners } from "../../engine/owners";

describeOwners([{ uploadPolicy: "new-id", keepsReplaced: false }]);
