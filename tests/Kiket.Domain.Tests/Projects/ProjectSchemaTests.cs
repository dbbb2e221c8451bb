using System.Text.Json;
using Kiket.Domain.Common;
using Kiket.Domain.Projects;

namespace Kiket.Domain.Tests.Projects;

/// <summary>A schema is created valid or not at all.</summary>
public sealed class ProjectSchemaTests
{
    private static readonly IssueType Task = new(new("Task"), "Task");
    private static readonly CustomField Amount = new("amount", "Amount", CustomFieldType.Number);

    [Fact]
    public void What_is_sound_is_made_as_it_is_given()
    {
        var schema = ProjectSchema.Create("default", [Task], [Amount]).Value;

        Assert.Equal(Task, schema.FindType(new("TASK")));
        Assert.Equal([Amount], schema.FieldsOf(new("Task")));
        Assert.Empty(ProjectSchema.Create("default", [Task]).Value.CustomFields);
    }

    [Fact]
    public void A_field_can_be_listed_once_for_each_type()
    {
        var (bugs, tasks) = (Amount with { IssueType = new TypeKey("Bug") }, Amount with { IssueType = new TypeKey("task") });
        IssueType[] types = [Task, new(new("Bug"), "Bug")];

        Assert.Equal([bugs], ProjectSchema.Create("default", types, [bugs, tasks]).Value.FieldsOf(new("bug")));
        Assert.Equal(["custom_fields[1].key"], ErrorsOf(ProjectSchema.Create("default", types, [bugs, Amount])));
        Assert.Equal(["custom_fields[1].key"], ErrorsOf(ProjectSchema.Create("default", types, [bugs, bugs])));
    }

    [Fact]
    public void Nonsense_is_refused_at_its_place()
    {
        Assert.Equal(["default_workflow", "issue_types"], ErrorsOf(ProjectSchema.Create(null!, null!)));
        Assert.Equal(["default_workflow"], ErrorsOf(ProjectSchema.Create(" ", [Task])));
        Assert.Equal(["issue_types"], ErrorsOf(ProjectSchema.Create("default", [])));
        Assert.Equal(["issue_types[200]"], ErrorsOf(ProjectSchema.Create("default", [.. Enumerable.Repeat(Task, 201)])));
        Assert.Equal(
            ["custom_fields[1000]"],
            ErrorsOf(ProjectSchema.Create("default", [Task], [.. Enumerable.Repeat(Amount, 1001)]))
        );
    }

    public static TheoryData<string, IssueType> WrongTypes =>
        new()
        {
            { "", null! },
            { ".key", Task with { Key = default } },
            { ".key", Task with { Key = new("a-b") } },
            { ".key", Task with { Key = new("2nd") } },
            { ".key", Task with { Key = new(new('a', 65)) } },
            { ".key", Task with { Key = new("BUG") } },
            { ".label", Task with { Label = null! } },
            { ".label", Task with { Label = new('a', 201) } },
            { ".color", Task with { Color = null! } },
            { ".icon", Task with { Icon = " " } },
            { ".position", Task with { Position = -1 } },
            { ".workflow", Task with { Workflow = "" } },
        };

    [Theory]
    [MemberData(nameof(WrongTypes), DisableDiscoveryEnumeration = true)]
    public void A_wrong_type_is_named_by_its_place(string place, IssueType type) =>
        Assert.Equal([$"issue_types[1]{place}"], ErrorsOf(ProjectSchema.Create("default", [new(new("bug"), "Bug"), type])));

    public static TheoryData<string, CustomField> WrongFields =>
        new()
        {
            { "", null! },
            { ".key", Amount with { Key = null! } },
            { ".key", Amount with { Key = "a b" } },
            { ".key", Amount with { Key = new('a', 65) } },
            { ".key", Amount with { Key = "date" } },
            { ".label", Amount with { Label = " " } },
            { ".issue_type", Amount with { IssueType = new TypeKey("bug") } },
            { ".issue_type", Amount with { IssueType = default(TypeKey) } },
            { ".type", Amount with { Type = (CustomFieldType)99 } },
            { ".options", Amount with { Options = null! } },
            { ".options", Amount with { Options = [null!] } },
            { ".default_value", Amount with { DefaultValue = JsonSerializer.SerializeToElement("much") } },
            { ".default_value", Amount with { DefaultValue = default(JsonElement) } },
        };

    [Theory]
    [MemberData(nameof(WrongFields), DisableDiscoveryEnumeration = true)]
    public void A_wrong_field_is_named_by_its_place(string place, CustomField field) =>
        Assert.Equal(
            [$"custom_fields[1]{place}"],
            ErrorsOf(ProjectSchema.Create("default", [Task], [new("date", "Date", CustomFieldType.Date), field]))
        );

    private static IEnumerable<string> ErrorsOf(Result<ProjectSchema> result)
    {
        Assert.Equal(ErrorCodes.ValidationError, result.Error?.Code);
        return result.Error!.Details.Select(d => d.Field);
    }
}
