using System.Data.Common;
using System.Globalization;
using System.Text;
using Kiket.Domain.Common;
using Kiket.Domain.Events;
using Kiket.Domain.Organizations;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Storage;

namespace Kiket.Infrastructure.Persistence;

/// <summary>
/// Writes events into the log of their organization. The places are taken from the organization's counter in the same round
/// trip: nothing but the commit follows, and until then all others who log events of the organization wait.
/// </summary>
internal static class EventLog
{
    /// <summary>Keeps a statement below the 2,100 parameters that SQL Server takes.</summary>
    private const int MaxRows = 100;

    public static async Task LogAsync(this KiketDbContext db, IEnumerable<LoggedEvent> events, CancellationToken ct)
    {
        foreach (var log in events.GroupBy(e => e.OrganizationId).OrderBy(g => g.Key))
        {
            foreach (var chunk in log.Chunk(MaxRows))
                await db.AppendAsync(log.Key, chunk, ct);
        }
    }

    private static async Task AppendAsync(
        this KiketDbContext db,
        OrganizationId organization,
        LoggedEvent[] events,
        CancellationToken ct
    )
    {
        var sql = db.GetService<ISqlGenerationHelper>();
        var (owner, entry) = (StoredTable.Of<Organization>(db), StoredTable.Of<LoggedEvent>(db));
        var (id, last) = (owner.Column(nameof(Organization.Id)), owner.Column(nameof(Organization.LastEventSequence)));
        var values = entry
            .Type.GetProperties()
            .Where(p => p.Name is not (nameof(LoggedEvent.Id) or nameof(LoggedEvent.Sequence)))
            .Select(p => (Column: entry.Column(p.Name), Mapping: p.GetRelationalTypeMapping(), Get: p.GetGetter(), p.IsNullable))
            .ToList();
        await using var command = db.Database.GetDbConnection().CreateCommand(); // only makes parameters
        List<DbParameter> parameters = [];
        var text = new StringBuilder();
        text.Append(CultureInfo.InvariantCulture, $"UPDATE {owner.Name} SET {last} = {last} + {events.Length} WHERE {id} = ");
        text.Append(Parameter(owner.Type.FindProperty(nameof(Organization.Id))!.GetRelationalTypeMapping(), organization, false));
        var place = $"(SELECT {last} FROM {owner.Name} WHERE {id} = {parameters[0].ParameterName})";
        text.AppendLine(sql.StatementTerminator);
        text.Append(CultureInfo.InvariantCulture, $"INSERT INTO {entry.Name} ({string.Join(", ", values.Select(v => v.Column))}");
        text.Append(CultureInfo.InvariantCulture, $", {entry.Column(nameof(LoggedEvent.Sequence))}) VALUES ");
        for (var n = 0; n < events.Length; n++)
        {
            text.Append(n == 0 ? "(" : ", (");
            foreach (var (_, mapping, get, isNullable) in values)
                text.Append(Parameter(mapping, get.GetClrValue(events[n]), isNullable)).Append(", ");
            text.Append(CultureInfo.InvariantCulture, $"{place} - {events.Length - 1 - n})");
        }

        await db.Database.ExecuteSqlRawAsync(text.Append(sql.StatementTerminator).ToString(), parameters, ct);

        string Parameter(RelationalTypeMapping mapping, object? value, bool isNullable)
        {
            var parameter = mapping.CreateParameter(
                command,
                sql.GenerateParameterName(string.Create(CultureInfo.InvariantCulture, $"p{parameters.Count}")),
                value,
                isNullable
            );
            parameters.Add(parameter);
            return parameter.ParameterName;
        }
    }
}
