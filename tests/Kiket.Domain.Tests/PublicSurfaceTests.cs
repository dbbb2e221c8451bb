using System.Text.RegularExpressions;
using System.Xml.Linq;
using Kiket.Domain.Issues;

namespace Kiket.Domain.Tests;

/// <summary>The public surface of the package.</summary>
public sealed partial class PublicSurfaceTests
{
    private const int MostTypes = 100;

    private static readonly Type[] Exported = typeof(Issue).Assembly.GetExportedTypes();

    [Fact]
    public void The_package_exports_at_most_a_hundred_types() =>
        Assert.True(
            Exported.Length <= MostTypes,
            $"{Exported.Length} types are public; make internal what only the server needs: "
                + string.Join(", ", Exported.Select(t => t.FullName))
        );

    [Fact]
    public void The_declared_surface_is_that_of_a_release_and_holds_every_public_type()
    {
        var shipped = File.ReadAllLines(Repository.File("src/Kiket.Domain/PublicAPI.Shipped.txt"));
        var declared = shipped.Select(line => line.TrimStart('~')).ToHashSet(StringComparer.Ordinal);

        Assert.Equal(["#nullable enable"], File.ReadAllLines(Repository.File("src/Kiket.Domain/PublicAPI.Unshipped.txt")));
        Assert.All(Exported.Where(t => !t.IsGenericType), t => Assert.Contains(t.FullName!.Replace('+', '.'), declared));
    }

    [Fact]
    public void A_record_takes_at_most_four_members_by_position() =>
        Assert.All(
            Exported.Where(t => t.GetMethod("<Clone>$") is not null || t is { IsValueType: true, IsEnum: false }),
            t => Assert.All(t.GetConstructors(), c => Assert.InRange(c.GetParameters().Length, 0, 4))
        );

    [Fact]
    public void The_documentation_names_nothing_that_the_package_lacks()
    {
        var file = XDocument.Load(Path.ChangeExtension(typeof(Issue).Assembly.Location, ".xml"));
        var names = Exported.Select(t => t.FullName!.Replace('+', '.')).ToList();

        var pointing = file.Descendants("member")
            .Where(m => names.Exists(n => Regex.IsMatch((string)m.Attribute("name")!, $@"^.:{Regex.Escape(n)}($|[.(])")))
            .Where(m => ElsewhereOnly().IsMatch(m.Value))
            .Select(m => $"{(string?)m.Attribute("name")}: {m.Value.Trim()}");

        Assert.Empty(pointing);
    }

    [Theory]
    [InlineData("Source: contract 7.2 and 19.", true)]
    [InlineData("Progress (contract, section 8).", true)]
    [InlineData("Begins there (decisions, 9).", true)]
    [InlineData("See decision record 0042.", true)]
    [InlineData("As docs/decisions/0006-condition-semantics.md says.", true)]
    [InlineData("One decision for each transition, in the order of the definition.", false)]
    [InlineData("A bare address of RFC 5321.", false)]
    public void A_reference_to_a_document_is_found(string text, bool isSeen) =>
        Assert.Equal(isSeen, ElsewhereOnly().IsMatch(text));

    [GeneratedRegex(
        @"\b(contract|architecture|decisions?|house.style),? (section )?[0-9]|\b(contract|architecture),? section|"
            + @"decision record|docs/|\.md\b|Source:"
    )]
    private static partial Regex ElsewhereOnly();
}
