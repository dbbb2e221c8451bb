using System.Text.Json;
using Kiket.Domain.Common;
using Kiket.Domain.Projects;

namespace Kiket.Domain.Tests.Projects;

/// <summary>A schema is made whole or not at all.</summary>
public sealed class ProjectSchemaTests
{
    private static readonly IssueType Task = new(new("Task"), "Task");
    private static readonly CustomField Amount = new("amount", "Amount", CustomFieldType.Number);

    [Fact]
    public void What_is_sound_is_made_as_it_is_given()
    {
        var schema = ProjectSchema.Of("default", [Task], [Amount]).Value;

        Assert.Equal(Task, schema.FindType(new("TASK")));
        Assert.Equal([Amount], schema.FieldsOf(new("Task")));
        Assert.Empty(ProjectSchema.Of("default", [Task]).Value.CustomFields);
    }

    [Fact]
    public void Nonsense_is_refused_and_never_thrown()
    {
        Assert.Equal(["default_workflow", "issue_types"], FaultsOf(ProjectSchema.Of(null!, null!)));
        Assert.Equal(["issue_types"], FaultsOf(ProjectSchema.Of("default", [null!])));
        Assert.Equal(["issue_types"], FaultsOf(ProjectSchema.Of("default", [Task with { Key = new(" ") }])));
        Assert.Equal(["issue_types"], FaultsOf(ProjectSchema.Of("default", [Task, Task with { Key = new("TASK") }])));
        Assert.Equal(["custom_fields"], FaultsOf(ProjectSchema.Of("default", [Task], [null!])));
        Assert.Equal(["custom_fields"], FaultsOf(ProjectSchema.Of("default", [Task], [Amount with { Options = null! }])));
        Assert.Equal(["custom_fields"], FaultsOf(ProjectSchema.Of("default", [Task], [Amount, Amount])));
        Assert.Equal(
            ["custom_fields.amount"],
            FaultsOf(
                ProjectSchema.Of("default", [Task], [Amount with { DefaultValue = JsonSerializer.SerializeToElement("much") }])
            )
        );
        Assert.Equal(
            ["custom_fields.amount"],
            FaultsOf(ProjectSchema.Of("default", [Task], [Amount with { Type = (CustomFieldType)99 }]))
        );
    }

    private static IEnumerable<string> FaultsOf(Result<ProjectSchema> result)
    {
        Assert.Equal(ErrorCodes.ValidationError, result.Error?.Code);
        return result.Error!.Details.Select(d => d.Field);
    }
}
