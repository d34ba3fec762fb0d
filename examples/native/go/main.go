// One exporter's account, its place in a project, and its login as outputs.
package main

import (
	"example.com/pulumi-mixpanel/sdk/go/mixpanel"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi/config"
)

func main() {
	pulumi.Run(func(ctx *pulumi.Context) error {
		project := config.GetInt(ctx, "projectId")
		if project == 0 {
			project = 2001
		}
		exporter, err := mixpanel.NewServiceAccount(ctx, "data-export", &mixpanel.ServiceAccountArgs{
			Name:    pulumi.String("data-export"),
			Role:    pulumi.String("consumer"),
			Expires: pulumi.String("2030-06-30T00:00:00Z"),
		})
		if err != nil {
			return err
		}
		_, err = mixpanel.NewProjectMembership(ctx, "data-export-web", &mixpanel.ProjectMembershipArgs{
			ServiceAccountId: exporter.ServiceAccountId,
			ProjectId:        pulumi.Int(project),
			Role:             pulumi.String("analyst"),
		})
		if err != nil {
			return err
		}
		ctx.Export("username", exporter.Username)
		ctx.Export("secret", exporter.Secret)
		return nil
	})
}
