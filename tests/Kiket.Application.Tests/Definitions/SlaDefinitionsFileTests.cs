using Kiket.Domain.Common;
using Kiket.Domain.Workflows;
using static Kiket.Application.Tests.Definitions.Packs;

namespace Kiket.Application.Tests.Definitions;

public sealed class SlaDefinitionsFileTests
{
    private const string Path = ".kiket/workflow_sla_definitions.yml";

    [Fact]
    public void Limits_are_read_in_order_with_all_that_they_say()
    {
        var pack = Read(
            (TypesPath, Types),
            (MainPath, Main),
            (
                Path,
                """
                - id: 7
                  status: review
                  max_duration_minutes: 240
                - id: urgent
                  status: review
                  issue_type: Contract
                  priority: high
                  project: legal
                  max_duration_minutes: 60
                  warning_buffer_minutes: 15
                """
            )
        ).Value;

        Assert.Equal(
            [
                new("7", new("review"), TimeSpan.FromHours(4)),
                new SlaDefinition("urgent", new("review"), TimeSpan.FromHours(1))
                {
                    IssueType = new TypeKey("Contract"),
                    Priority = IssuePriority.High,
                    WarningBuffer = TimeSpan.FromMinutes(15),
                },
            ],
            pack.SlaDefinitions
        );
        Assert.Empty(pack.Warnings);
    }

    [Theory]
    [InlineData(".kiket/workflow_sla_definitions.yaml", "workflow_sla_definitions", null)]
    [InlineData(".kiket/sla/sla_definitions.yml", "sla_definitions", null)]
    [InlineData(".kiket/workflows/workflow_sla_definitions.yml", "definitions", null)]
    [InlineData(".kiket/workflows/main/workflow_sla_definitions.yml", "sla_definitions", "legal")]
    public void They_may_be_anywhere_and_in_a_workflows_folder_they_are_for_that_workflow(
        string path,
        string key,
        string? workflow
    )
    {
        var pack = Read(
            (TypesPath, Types),
            (MainPath, Main.Replace("id: main", "id: legal", StringComparison.Ordinal)),
            (path, $"model_version: '1.0'\n{key}:\n  slow: {{ status: review, max_duration_minutes: 5 }}\n")
        );

        Assert.Equal(
            new SlaDefinition("slow", new("review"), TimeSpan.FromMinutes(5)) { Workflow = workflow },
            Assert.Single(pack.Value.SlaDefinitions)
        );
        Assert.Empty(pack.Value.Warnings);
    }

    [Theory]
    [InlineData("- {status: review, max_duration_minutes: 5}", "1:3 An item of workflow_sla_definitions has no id.")]
    [InlineData("- {id: a, max_duration_minutes: 5}", "1:3 The limit has no status.")]
    [InlineData("- {id: a, status: review}", "1:3 The limit has no max_duration_minutes.")]
    [InlineData(
        "- {id: a, status: review, max_duration_minutes: 0}",
        "1:49 A limit must be more than zero and at most ten years."
    )]
    [InlineData(
        "- {id: a, status: review, max_duration_minutes: 1h}",
        "1:49 max_duration_minutes must be a whole number of minutes."
    )]
    [InlineData(
        "- {id: a, status: review, max_duration_minutes: 5260321}",
        "1:49 A limit must be more than zero and at most ten years."
    )]
    [InlineData("- {id: a, status: [review], max_duration_minutes: 5}", "1:19 status must be a string.")]
    [InlineData(
        "- {id: a, status: review, max_duration_minutes: 5, warning_buffer_minutes: -1}",
        "1:76 warning_buffer_minutes must be a whole number of minutes."
    )]
    [InlineData(
        "- {id: a, status: review, max_duration_minutes: 5, warning_buffer_minutes: 5}",
        "1:76 The warning must come before the breach, so its buffer must be shorter than the limit."
    )]
    [InlineData(
        "- {id: a, status: review, max_duration_minutes: 5, priority: soon}",
        "1:62 'soon' is not a valid priority; use lowest, low, medium, high, highest, critical."
    )]
    [InlineData(
        "- {id: a, status: review, max_duration_minutes: 5}\n- {id: a, status: intake, max_duration_minutes: 5}",
        "2:8 There is already a limit a, in .kiket/workflow_sla_definitions.yml."
    )]
    [InlineData("sla_definitions: later", "1:18 sla_definitions must be a list or a map.")]
    [InlineData("definitions: []\nsla_definitions: []", "1:1 The limits are already listed below sla_definitions.")]
    [InlineData("review", "1:1 The file must be a map of keys and values.")]
    [InlineData(
        "- {id: a, id: b, status: review, max_duration_minutes: 5}",
        "1:11 The key 'id' is listed twice; the first is on line 1."
    )]
    public void An_invalid_limit_is_an_error_at_its_position(string text, params string[] faults) =>
        Assert.Equal(faults, Faults(Path, text));

    [Theory]
    [InlineData(
        "- {id: a, status: shelf, max_duration_minutes: 5}",
        "1:19 The limit a never applies: there is no state 'shelf' in main."
    )]
    [InlineData(
        "- {id: a, status: signed, max_duration_minutes: 5}",
        "1:19 The limit a never applies: no time is counted in the final state signed."
    )]
    [InlineData(
        "- {id: a, status: review, max_duration_minutes: 5, issue_type: poem}",
        "1:64 The limit a refers to the issue type 'poem', which does not exist."
    )]
    [InlineData(
        "- {id: a, status: review, max_duration_minutes: 5, owner: qa}",
        "1:52 The key 'owner' is not known here; it is kept but ignored."
    )]
    [InlineData(
        "- {id: a, status: review, max_duration_minutes: 5, project: CARS}",
        "1:61 The limit a is kept but never applies: it is meant for the project 'CARS'."
    )]
    [InlineData("limits: []", "1:1 The key 'limits' is not known here; it is kept but ignored.", "1:1 The file has no limits.")]
    [InlineData("[]", "1:1 The file has no limits.")]
    [InlineData("", "1:1 The file has no limits.")]
    public void What_never_holds_is_a_warning_at_its_place(string text, params string[] warnings) =>
        Assert.Equal(
            warnings,
            Read((TypesPath, Types), (MainPath, Main), (Path, text))
                .Value.Warnings.Select(w => $"{w.Line}:{w.Column} {w.Message}")
        );

    [Fact]
    public void A_state_with_a_limit_of_its_own_keeps_it_and_the_other_one_is_named()
    {
        var main = Main.Replace(
            "  review:\n",
            "  review: { sla: [{ condition: { field: priority, equals: high }, breach: 1h }] }\n",
            StringComparison.Ordinal
        );
        var strict = main.Replace("breach: 1h }]", "breach: 1h }, { breach: 2h }]", StringComparison.Ordinal);
        const string limits = "- {id: a, status: review, max_duration_minutes: 5}\n";

        Assert.Empty(Read((TypesPath, Types), (MainPath, main), (Path, limits)).Value.Warnings);
        Assert.Equal(
            "The limit a never applies: the state review already has its own limit for every issue.",
            Assert.Single(Read((TypesPath, Types), (MainPath, strict), (Path, limits)).Value.Warnings).Message
        );
    }

    [Fact]
    public void Limits_in_the_folder_of_no_workflow_are_kept_and_named()
    {
        var pack = Read(
            (TypesPath, Types),
            (MainPath, Main),
            (".kiket/workflows/other/sla_definitions.yml", "- {id: a, status: review, max_duration_minutes: 5}\n")
        ).Value;

        Assert.Empty(pack.SlaDefinitions);
        Assert.Equal(
            "The limit a is kept but never applies: there is no workflow 'other'.",
            Assert.Single(pack.Warnings).Message
        );
    }
}
