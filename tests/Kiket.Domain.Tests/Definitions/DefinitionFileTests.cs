using Kiket.Domain.Common;
using Kiket.Domain.Definitions;

namespace Kiket.Domain.Tests.Definitions;

public sealed class DefinitionFileTests
{
    private static readonly DefinitionNote Note = new(".kiket/project.yaml", 3, 5, "Unknown key.");

    [Fact]
    public void The_same_text_with_the_same_warnings_changes_nothing()
    {
        var file = DefinitionFile.Keep(new(1), new(5), Note.File, "project: {}", "api", [Note], An.Noon);

        Assert.False(file.Replace("project: {}", "folder", [Note with { }], An.Noon.AddHours(1)));
        Assert.Equal(("api", An.Noon, 1), (file.Source, file.UpdatedAt, file.Version));
    }

    [Fact]
    public void Another_text_or_other_warnings_replace_it()
    {
        var file = DefinitionFile.Keep(new(1), new(5), Note.File, "project: {}", "api", [Note], An.Noon);

        Assert.True(file.Replace("project: {}", "folder", [], An.Noon.AddHours(1)));
        Assert.True(file.Replace("project: {key: A}", "folder", [], An.Noon.AddHours(2)));
        Assert.Equal(("folder", "project: {key: A}", 3), (file.Source, file.Content, file.Version));
    }

    [Fact]
    public void A_refusal_names_each_place_and_begins_with_the_first()
    {
        var one = DefinitionErrors.Invalid([Note]);
        var two = DefinitionErrors.Invalid([Note, Note with { Line = 9, Message = "Missing name." }]);

        Assert.Equal((ServerErrorCodes.DefinitionInvalid, ".kiket/project.yaml:3:5: Unknown key."), (one.Code, one.Message));
        Assert.Equal("2 errors. First: .kiket/project.yaml:3:5: Unknown key.", two.Message);
        Assert.Equal([".kiket/project.yaml:3:5", ".kiket/project.yaml:9:5"], two.Details.Select(d => d.Field));
        Assert.Throws<ArgumentException>(() => DefinitionErrors.Invalid([]));
    }
}
