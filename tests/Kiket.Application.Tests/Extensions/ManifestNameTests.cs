using Kiket.Application.Extensions;
using Kiket.Domain.Common;
using Kiket.Infrastructure.Extensions;

namespace Kiket.Application.Tests.Extensions;

/// <summary>Meaningless names of events and permissions are errors; read leniently, they are warnings.</summary>
public sealed class ManifestNameTests
{
    [Theory]
    [InlineData("hooks: [{event: issue.creatd}]", "extension.hooks[0]", "did you mean 'issue.created'?")]
    [InlineData("hooks: [{event: isue.created}]", "extension.hooks[0]", "did you mean 'issue.created'?")]
    [InlineData("hooks: [workflow.before_transitions]", "extension.hooks[0]", "did you mean 'workflow.before_transition'?")]
    [InlineData("hooks: [{event: issue.exploded}]", "extension.hooks[0]", "Known: issue.created,")]
    [InlineData("hooks: [{event: deploy}]", "extension.hooks[0]", "Known: issue.created,")]
    [InlineData("hooks: [{event: external.webhook.}]", "extension.hooks[0]", "Known: issue.created,")]
    [InlineData("hooks: [{event: issue.created, requird: true}]", "extension.hooks[0].requird", "did you mean 'required'?")]
    [InlineData("hooks: [{event: issue.created, filter: {a: b}}]", "extension.hooks[0].filter", "Known: event,")]
    [InlineData("hoks: [issue.created]", "extension.hoks", "did you mean 'hooks'?")]
    [InlineData("permisions: [issues:read]", "extension.permisions", "did you mean 'permissions'?")]
    [InlineData("activationEvents: [issue.creatd]", "extension.activationEvents[0]", "did you mean 'issue.created'?")]
    [InlineData("lifecycleEvents: [instaled]", "extension.lifecycleEvents[0]", "did you mean 'installed'?")]
    [InlineData(
        "permissions: [issues:read, fly]",
        "extension.permissions[1]",
        "'fly' is not a valid permission; use a resource and an action"
    )]
    [InlineData("permissions: [isues:read]", "extension.permissions[0]", "did you mean 'issues:read'?")]
    [InlineData("permissions: [raed:issues]", "extension.permissions[0]", "did you mean 'read:issues'?")]
    [InlineData("permissions: [issues.wirte]", "extension.permissions[0]", "did you mean 'issues.write'?")]
    [InlineData("permissions: [flights:read]", "extension.permissions[0]", "use a resource and an action")]
    [InlineData("permissions: ['project:']", "extension.permissions[0]", "did you mean 'projects'?")]
    [InlineData(
        "custom_data: {permissions: [{module: m, operations: [read], tabels: [t]}]}",
        "extension.custom_data.permissions[0].tabels",
        "is not known"
    )]
    public void A_name_that_means_nothing_is_refused_at_its_path(string line, string path, string expected)
    {
        var details = Read(line).Error!.Details;

        Assert.Contains(details, d => d.Field == path && d.Message.Contains(expected, StringComparison.Ordinal) && d.Line is > 0);
        Assert.Contains(
            Read(line, isStrict: false).Value.Warnings,
            d => d.Field == path && d.Message.Contains(expected, StringComparison.Ordinal)
        );
    }

    [Theory]
    [InlineData("hooks: [issue.transitioned, issue.commented, workflow.sla_breach]")]
    [InlineData(
        "hooks: [{event: slack.sendMessage}]\n  contributes: {commands: [{command: slack.send, handler: {type: "
            + "extension_event, event: slack.sendMessage}}]}"
    )]
    [InlineData("hooks: [notify]\n  contributes: {workflow_actions: [{id: notify}]}")]
    [InlineData("permissions: ['*', issues:read, read:issues, issues.read, workflows.execute, notifications:send, boards]")]
    [InlineData("activationEvents: ['*']")]
    public void Names_that_the_contract_allows_have_no_warning(string line) => Assert.Empty(Read(line).Value.Warnings);

    [Theory]
    [InlineData("hooks: [external.webhook.inbound_email]")]
    [InlineData("hooks: [calendar.sync]")]
    [InlineData("hooks: [workflow.after_transition]")]
    [InlineData("permissions: ['project:27']")]
    [InlineData("permissions: [attachments:read]")]
    [InlineData("permissions: [capacity:write]")]
    [InlineData("permissions: [projects.view]")]
    [InlineData("permissions: [projects.manage_members]")]
    public void Names_that_Kiket_knows_elsewhere_stay_a_warning(string line) => Assert.Single(Read(line).Value.Warnings);

    private static Result<ReadManifest> Read(string line, bool isStrict = true) =>
        new ManifestReader(new()).Read(
            new(
                $"model_version: \"1.0\"\nextension:\n  id: dev.example.chat\n  name: Chat\n  delivery: internal\n  {line}\n",
                null,
                isStrict
            )
        );
}
