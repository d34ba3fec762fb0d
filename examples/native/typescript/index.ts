// One exporter's account, its place in a project, and its login as outputs.
import * as pulumi from "@pulumi/pulumi";
import * as mixpanel from "pulumi-mixpanel-native";

const exporter = new mixpanel.ServiceAccount("data-export", {
    name: "data-export",
    role: "consumer",
    expires: "2030-06-30T00:00:00Z",
});
new mixpanel.ProjectMembership("data-export-web", {
    serviceAccountId: exporter.serviceAccountId,
    projectId: new pulumi.Config().getNumber("projectId") ?? 2001,
    role: "analyst",
});

export const username = exporter.username;
export const secret = exporter.secret;
