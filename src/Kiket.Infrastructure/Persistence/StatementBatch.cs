using System.Data.Common;
using System.Globalization;
using System.Text;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Storage;

namespace Kiket.Infrastructure.Persistence;

/// <summary>Statements that go to the database in one round trip.</summary>
internal sealed class StatementBatch(KiketDbContext db) : IAsyncDisposable
{
    private readonly ISqlGenerationHelper sql = db.GetService<ISqlGenerationHelper>();
    private readonly DbCommand command = db.Database.GetDbConnection().CreateCommand(); // only makes parameters
    private readonly List<DbParameter> parameters = [];
    private readonly StringBuilder text = new();

    public void Add(string statement) => text.Append(statement).AppendLine(sql.StatementTerminator);

    /// <summary>Adds a parameter.</summary>
    /// <returns>Its name in statements.</returns>
    public string Parameter(RelationalTypeMapping mapping, object? value, bool isNullable)
    {
        var name = sql.GenerateParameterName(string.Create(CultureInfo.InvariantCulture, $"p{parameters.Count}"));
        parameters.Add(mapping.CreateParameter(command, name, value, isNullable));
        return name;
    }

    public async Task SendAsync(CancellationToken ct)
    {
        if (text.Length == 0)
            return;
        await db.Database.ExecuteSqlRawAsync(text.ToString(), parameters, ct);
        text.Clear();
        parameters.Clear();
    }

    public ValueTask DisposeAsync() => command.DisposeAsync();
}
