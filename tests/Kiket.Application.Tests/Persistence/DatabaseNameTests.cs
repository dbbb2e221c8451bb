namespace Kiket.Application.Tests.Persistence;

public sealed class DatabaseNameTests
{
    /// <summary>The CI chooses the tests of a database by its name.</summary>
    [Fact]
    public void Tests_on_PostgreSql_have_its_name()
    {
        var tests = typeof(PostgreSqlDatabase)
            .Assembly.GetTypes()
            .Where(t =>
                !t.IsAbstract
                && t.GetConstructors()
                    .Any(c =>
                        c.GetParameters()
                            .Any(p =>
                                p.ParameterType == typeof(PostgreSqlDatabase) || p.ParameterType == typeof(ManyPostgreSqlIssues)
                            )
                    )
            )
            .ToList();

        Assert.NotEmpty(tests);
        Assert.DoesNotContain(tests, t => !t.Name.Contains("PostgreSql", StringComparison.Ordinal));
    }
}
