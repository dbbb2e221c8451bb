using Kiket.Api.Tests.Infrastructure;

namespace Kiket.Api.Tests.Actions;

/// <summary>
/// Actions that wait for a checklist run when it becomes complete: by people, by fields, by actions, or on entering the state.
/// </summary>
[Collection("Outbox")]
public sealed class ChecklistCompletionTests(KiketServer server)
{
    private const string Item = "/api/v1/issues/ACT-1/checklists/looked";

    private const string Workflow = """
        workflow: { id: main, name: Main }
        states:
          open: { type: initial }
          testing:
            type: active
            checklist:
              id: tests
              items:
                - { id: looked, check_type: manual }
                - { id: ci, check_type: auto, condition: { field: custom_fields.ci, equals: green } }
              on_complete: [{ action: add_label, label: list }]
            on_complete: [{ action: add_label, label: state }]
          done: { type: final }
        transitions: [{ from: open, to: testing }, { from: testing, to: open }, { from: testing, to: done }]
        """;

    private static readonly string[] Ran =
    [
        "on_complete.tests.add_label done: Labelled list.",
        "on_complete.testing.add_label done: Labelled state.",
    ];

    [Fact]
    public async Task The_last_check_of_a_person_completes_it_and_unchecking_does_not_run_it_again()
    {
        var tenant = await InTestingAsync();
        await tenant.Admin.PatchJsonAsync("/api/v1/issues/ACT-1", new { custom_fields = new { ci = "green" } }).OkAsync();
        await tenant.RunOutboxAsync();
        Assert.Empty(await tenant.ReadActionsAsync("ACT-1"));

        foreach (var isChecked in new[] { true, false, true })
        {
            await tenant.Admin.PatchJsonAsync(Item, new { @checked = isChecked }).OkAsync();
            await tenant.RunOutboxAsync();
        }

        Assert.Equal(Ran, await tenant.ReadActionsAsync("ACT-1"));
        var noted = (await tenant.ReadAsync("issues/ACT-1/history"))["data"]!
            .AsArray()
            .Single(e => (string?)e!["changes"]![0]!["field"] == "checklists.tests")!;
        Assert.Equal((tenant.AdminId, true), ((long)noted["actor"]!["id"]!, (bool)noted["changes"]![0]!["to"]!));
    }

    [Fact]
    public async Task A_change_of_a_field_completes_it_also_where_the_issue_goes_on_at_once()
    {
        var tenant = await InTestingAsync();
        await tenant.Admin.PatchJsonAsync(Item, new { @checked = true }).OkAsync();

        await tenant
            .Admin.PatchJsonAsync("/api/v1/issues/ACT-1", new { custom_fields = new { ci = "green" }, status = "done" })
            .OkAsync();
        await tenant.RunOutboxAsync();

        Assert.Equal(Ran, await tenant.ReadActionsAsync("ACT-1"));
    }

    [Fact]
    public async Task An_action_completes_it()
    {
        var tenant = await InTestingAsync(
            (
                ".kiket/automations/ci.yaml",
                """
                automations: [{ id: ci, trigger: issue.commented,
                    actions: [{ type: set_field, field: custom_fields.ci, value: green }] }]
                """
            )
        );
        await tenant.Admin.PatchJsonAsync(Item, new { @checked = true }).OkAsync();

        await tenant.Admin.PostJsonAsync("/api/v1/issues/ACT-1/comments", new { body = "CI is green" }).CreatedAsync();
        await tenant.RunOutboxAsync();

        Assert.Equal(["automation.ci.set_field done: Set custom_fields.ci.", .. Ran], await tenant.ReadActionsAsync("ACT-1"));
    }

    [Fact]
    public async Task An_issue_that_enters_with_a_complete_checklist_completes_it_each_time()
    {
        var tenant = await server.NewBoardAsync(Workflow);
        await tenant.AddIssueAsync("ACT", fields: new { custom_fields = new { ci = "green" } });
        await tenant.Admin.PatchJsonAsync(Item, new { @checked = true }).OkAsync();
        await tenant.RunOutboxAsync();
        Assert.Empty(await tenant.ReadActionsAsync("ACT-1"));

        await tenant.MoveAsync("ACT-1", "testing");
        await tenant.RunOutboxAsync();
        Assert.Equal(Ran, await tenant.ReadActionsAsync("ACT-1"));
        await tenant.MoveAsync("ACT-1", "open"); // which clears what was checked
        await tenant.MoveAsync("ACT-1", "testing");
        await tenant.RunOutboxAsync();
        Assert.Equal(Ran, await tenant.ReadActionsAsync("ACT-1"));
        await tenant.Admin.PatchJsonAsync(Item, new { @checked = true }).OkAsync();
        await tenant.RunOutboxAsync();
        Assert.Equal([.. Ran, .. Ran], await tenant.ReadActionsAsync("ACT-1"));
    }

    [Fact]
    public async Task Two_people_who_check_the_last_two_items_at_once_complete_it_once()
    {
        var tenant = await server.NewBoardAsync(
            Workflow.Replace(
                "- { id: ci, check_type: auto, condition: { field: custom_fields.ci, equals: green } }",
                "- { id: ci, check_type: manual }",
                StringComparison.Ordinal
            )
        );
        for (var n = 1; n <= 5; n++)
        {
            await tenant.AddIssueAsync("ACT");
            await tenant.MoveAsync($"ACT-{n}", "testing");
            await Task.WhenAll(
                new[] { "looked", "ci" }.Select(i =>
                    tenant.Admin.PatchJsonAsync($"/api/v1/issues/ACT-{n}/checklists/{i}", new { @checked = true }).OkAsync()
                )
            );
        }

        await tenant.RunOutboxAsync();

        for (var n = 1; n <= 5; n++)
            Assert.Equal(Ran, await tenant.ReadActionsAsync($"ACT-{n}"));
    }

    private async Task<Tenant> InTestingAsync(params (string Path, string Content)[] more)
    {
        var tenant = await server.NewBoardAsync(Workflow, more);
        await tenant.AddIssueAsync("ACT");
        await tenant.MoveAsync("ACT-1", "testing");
        return tenant;
    }
}
