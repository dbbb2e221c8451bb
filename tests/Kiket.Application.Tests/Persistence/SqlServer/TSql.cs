using Microsoft.SqlServer.TransactSql.ScriptDom;

namespace Kiket.Application.Tests.Persistence.SqlServer;

/// <summary>Microsoft's own parser of T-SQL, in its newest version.</summary>
internal static class TSql
{
    public static TSqlScript Parse(string sql)
    {
        var parser = TSqlParser.CreateParser(Enum.GetValues<SqlVersion>().Max(), initialQuotedIdentifiers: true);
        var script = parser.Parse(new StringReader(sql), out var errors);
        Assert.True(
            errors.Count == 0,
            $"{string.Join('\n', errors.Select(e => $"line {e.Line}, column {e.Column}: {e.Message}"))}\n{sql}"
        );
        return (TSqlScript)script;
    }
}
