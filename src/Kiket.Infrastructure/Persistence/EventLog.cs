using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text;
using Kiket.Domain.Common;
using Kiket.Domain.Events;
using Kiket.Domain.Organizations;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata;
using Microsoft.EntityFrameworkCore.Storage;

namespace Kiket.Infrastructure.Persistence;

/// <summary>
/// Writes events to the log of their organization. Their numbers are taken from the organization's counter in the same round
/// trip: only the commit follows, because until then all others that log events of the organization wait.
/// </summary>
internal static class EventLog
{
    /// <summary>Keeps a statement below the 2,100 parameters that SQL Server takes.</summary>
    private const int MaxRows = 100;

    private static readonly ConditionalWeakTable<IModel, Layout> Layouts = [];

    /// <summary>
    /// Adds the events to the last batch before the commit. Events beyond the size of a statement are sent at once.
    /// </summary>
    public static async Task LogAsync(
        this KiketDbContext db,
        IEnumerable<LoggedEvent> events,
        StatementBatch batch,
        CancellationToken ct
    )
    {
        foreach (var log in events.GroupBy(e => e.OrganizationId).OrderBy(g => g.Key))
        {
            foreach (var chunk in log.Chunk(MaxRows))
            {
                await batch.SendAsync(ct);
                db.Append(log.Key, chunk, batch);
            }
        }
    }

    private static void Append(this KiketDbContext db, OrganizationId organization, LoggedEvent[] events, StatementBatch batch)
    {
        var log = Layouts.GetValue(db.Model, _ => new(db));
        var id = batch.Parameter(log.IdMapping, organization, isNullable: false);
        batch.Add(
            string.Create(
                CultureInfo.InvariantCulture,
                $"UPDATE {log.Owner} SET {log.Last} = {log.Last} + {events.Length} WHERE {log.Id} = {id}"
            )
        );
        var rows = new StringBuilder();
        for (var n = 0; n < events.Length; n++)
        {
            rows.Append(n == 0 ? "(" : ", (");
            foreach (var (mapping, get, isNullable) in log.Values)
                rows.Append(batch.Parameter(mapping, get.GetClrValue(events[n]), isNullable)).Append(", ");
            rows.Append(
                CultureInfo.InvariantCulture,
                $"(SELECT {log.Last} FROM {log.Owner} WHERE {log.Id} = {id}) - {events.Length - 1 - n})"
            );
        }

        batch.Add($"INSERT INTO {log.Entries} ({log.Columns}) VALUES {rows}");
    }

    /// <summary>The names of tables and columns, and how values are stored: the same for all contexts of a model.</summary>
    private sealed class Layout
    {
        public Layout(KiketDbContext db)
        {
            var (owner, entry) = (StoredTable.Of<Organization>(db), StoredTable.Of<LoggedEvent>(db));
            (Owner, Entries) = (owner.Name, entry.Name);
            (Id, Last) = (owner.Column(nameof(Organization.Id)), owner.Column(nameof(Organization.LastEventSequence)));
            IdMapping = owner.Type.FindProperty(nameof(Organization.Id))!.GetRelationalTypeMapping();
            var properties = entry
                .Type.GetProperties()
                .Where(p => p.Name is not (nameof(LoggedEvent.Id) or nameof(LoggedEvent.Sequence)))
                .ToList();
            Values = properties.ConvertAll(p => (p.GetRelationalTypeMapping(), p.GetGetter(), p.IsNullable));
            Columns = string.Join(", ", properties.Select(p => p.Name).Append(nameof(LoggedEvent.Sequence)).Select(entry.Column));
        }

        public string Owner { get; }

        public string Id { get; }

        public string Last { get; }

        public RelationalTypeMapping IdMapping { get; }

        public string Entries { get; }

        /// <summary>The columns of an entry; the last one is its number.</summary>
        public string Columns { get; }

        /// <summary>The values of an entry, except its number.</summary>
        public IReadOnlyList<(RelationalTypeMapping Mapping, IClrPropertyGetter Get, bool IsNullable)> Values { get; }
    }
}
