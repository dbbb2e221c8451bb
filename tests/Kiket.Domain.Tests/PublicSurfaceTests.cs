using Kiket.Domain.Issues;

namespace Kiket.Domain.Tests;

/// <summary>What the package shows to those who embed it.</summary>
public sealed class PublicSurfaceTests
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
}
