using Kiket.Application.Definitions;
using Kiket.Domain.Common;
using Kiket.Infrastructure.Definitions;

namespace Kiket.Application.Tests.Definitions;

/// <summary>Small packs, and helpers to read them.</summary>
internal static class Packs
{
    public const string ProjectPath = ".kiket/project.yaml";
    public const string TypesPath = ".kiket/issue_types.yaml";
    public const string MainPath = ".kiket/workflows/main.yaml";

    public const string Project = "project:\n  key: LEGAL\n  name: Legal\n";

    public const string Types = "issue_types:\n  - key: contract\n";

    public const string Main = """
        model_version: "1.0"
        workflow:
          id: main
          name: Main
        states:
          intake:
            type: initial
          review:
          signed:
            type: final
        transitions:
          - from: intake
            to: review
          - from: review
            to: signed
            name: Sign
        """;

    private static readonly DefinitionReader Reader = new();

    public static Result<DefinitionPack> Read(params (string Path, string Text)[] files) =>
        Reader.Read([.. files.Select(f => new DefinitionText(f.Path, f.Text))], "LEGAL", null);

    /// <summary>Reads a pack leniently: anything that may weaken a rule is a warning.</summary>
    public static Result<DefinitionPack> ReadLeniently(params (string Path, string Text)[] files) =>
        Reader.Read([.. files.Select(f => new DefinitionText(f.Path, f.Text, IsStrict: false))], "LEGAL", null);

    public static Result<DefinitionPack> ReadFrom(string? folder, params (string Path, string Text)[] files) =>
        Reader.Read([.. files.Select(f => new DefinitionText(f.Path, f.Text))], null, folder);

    /// <summary>The errors of a file among valid ones, as <c>line:column message</c>.</summary>
    public static string[] Faults(string path, string text)
    {
        Dictionary<string, string> files = new()
        {
            [ProjectPath] = Project,
            [TypesPath] = Types,
            [MainPath] = Main,
            [path] = text,
        };
        var read = Read([.. files.Select(f => (f.Key, f.Value))]);
        Assert.True(read.IsRefused, "The pack was read without a fault.");
        Assert.Equal(ServerErrorCodes.DefinitionInvalid, read.Error.Code);
        Assert.All(read.Error.Details, d => Assert.Equal($"{d.File}:{d.Line}:{d.Column}", d.Field));
        return [.. read.Error.Details.Select(d => $"{(d.File == path ? "" : d.File + ":")}{d.Line}:{d.Column} {d.Message}")];
    }
}
