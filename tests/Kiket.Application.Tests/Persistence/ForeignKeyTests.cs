using System.Text.RegularExpressions;
using Kiket.Domain.CustomData;
using Kiket.Domain.Extensions;
using Kiket.Domain.Issues;
using Kiket.Domain.Organizations;
using Kiket.Domain.Projects;
using Kiket.Domain.Sla;
using Kiket.Domain.Users;
using Kiket.Domain.Webhooks;
using Kiket.Domain.Workflows;
using Kiket.Infrastructure.Persistence;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace Kiket.Application.Tests.Persistence;

/// <summary>
/// Whenever a row is deleted, the database looks for rows that refer to it; without an index it reads the whole table for each.
/// </summary>
public sealed partial class ForeignKeyTests(SqliteDatabase database)
{
    /// <summary>Rows of these types are never deleted, so an index on references to them would be useless.</summary>
    private static readonly Type[] NeverDeleted =
    [
        typeof(Organization),
        typeof(User),
        typeof(Project),
        typeof(Issue),
        typeof(Workflow),
        typeof(SlaTimer),
        typeof(Extension),
        typeof(Webhook),
        typeof(CustomModule),
    ];

    [Fact]
    public void Every_key_to_what_can_be_deleted_has_an_index()
    {
        using var scope = database.Services.CreateScope();
        var keys = scope
            .ServiceProvider.GetRequiredService<KiketDbContext>()
            .Model.GetEntityTypes()
            .SelectMany(e => e.GetForeignKeys())
            .Where(k => !NeverDeleted.Contains(k.PrincipalEntityType.ClrType))
            .ToList();

        Assert.Contains(keys, k => k.PrincipalEntityType.ClrType == typeof(CustomRecord));
        Assert.All(
            keys,
            key =>
                Assert.True(
                    key.DeclaringEntityType.GetIndexes()
                        .Any(i => i.Properties.Take(key.Properties.Count).SequenceEqual(key.Properties))
                        || key.DeclaringEntityType.FindPrimaryKey()!
                            .Properties.Take(key.Properties.Count)
                            .SequenceEqual(key.Properties),
                    $"No index begins with {key.DeclaringEntityType.ClrType.Name}.{key.Properties[0].Name}."
                )
        );
    }

    [Fact]
    public void What_is_never_deleted_has_no_statement_that_deletes_it()
    {
        using var scope = database.Services.CreateScope();
        var sets = typeof(KiketDbContext)
            .GetProperties()
            .Where(p => p.PropertyType.IsGenericType && p.PropertyType.GetGenericTypeDefinition() == typeof(DbSet<>))
            .ToDictionary(p => p.Name, p => p.PropertyType.GetGenericArguments()[0]);
        var source = Path.Combine(Repository(), "src");
        var deleted = Directory
            .EnumerateFiles(source, "*.cs", SearchOption.AllDirectories)
            .Where(f => !f.Contains($"{Path.DirectorySeparatorChar}obj{Path.DirectorySeparatorChar}", StringComparison.Ordinal))
            .SelectMany(f => Deletion().Matches(File.ReadAllText(f)))
            .Select(m => sets.GetValueOrDefault(m.Groups["set"].Value))
            .OfType<Type>()
            .ToHashSet();

        Assert.Contains(typeof(CustomRecord), deleted);
        Assert.Contains(typeof(StoredValue), deleted);
        Assert.Empty(deleted.Intersect(NeverDeleted));
    }

    private static string Repository()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder!.FullName, "Kiket.sln")))
            folder = folder.Parent;
        return folder.FullName;
    }

    [GeneratedRegex(@"\bdb\.(?<set>\w+)(\.Remove(Range)?\(|[^;{}]*?\.(ExecuteDelete|DeleteInBatches)Async\()")]
    private static partial Regex Deletion();
}
