using System.Collections.Frozen;
using System.Data.Common;
using System.Globalization;
using System.Reflection;
using System.Text;
using System.Text.Json;
using Kiket.Domain.Common;
using Kiket.Domain.Issues;
using Kiket.Domain.OAuth;
using Kiket.Domain.Organizations;
using Kiket.Infrastructure.Persistence;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Metadata;
using Microsoft.EntityFrameworkCore.Storage;
using Microsoft.EntityFrameworkCore.Storage.ValueConversion;

namespace Kiket.Infrastructure.Organizations;

/// <summary>
/// A table of an archive: the rows of one organization, with values in a form that is the same for all databases. It goes by
/// columns and not by entities, so that nothing is interpreted, counted or logged on the way.
/// </summary>
internal sealed class ArchiveTable
{
    /// <summary>What belongs to a server and not to an organization, and why it stays there.</summary>
    internal static readonly FrozenDictionary<Type, string> LeftOut = new Dictionary<Type, string>
    {
        [typeof(DataUpgrade)] = "how far this database has converted its own old rows",
        [typeof(IdempotencyRecord)] = "answers that are kept for a day, encrypted with keys of this server",
        [typeof(SigningKey)] = "keys of this server",
        [typeof(OAuthToken)] = "tokens that live for two weeks at most, encrypted with keys of this server",
    }.ToFrozenDictionary();

    private readonly KiketDbContext db;
    private readonly ISqlGenerationHelper sql;
    private readonly StoreObjectIdentifier table;
    private readonly List<Column> columns;
    private readonly Dictionary<string, int> places;

    private ArchiveTable(KiketDbContext db, IEntityType type)
    {
        (this.db, Type, sql) = (db, type, db.GetService<ISqlGenerationHelper>());
        table = StoreObjectIdentifier.Create(type, StoreObjectType.Table)!.Value;
        columns = [.. type.GetProperties().Select(p => new Column(p, p.GetColumnName(table)!, db))];
        places = columns.Select((c, place) => (c.Property.Name, place)).ToDictionary(c => c.Name, c => c.place);
        Condition = ConditionOf(type);
    }

    public IEntityType Type { get; }

    public string Name => table.Name;

    /// <summary>How many values a row has.</summary>
    public int Width => columns.Count;

    /// <summary>Whether the database gives out the ids of new rows.</summary>
    public bool HasSequence => Type.FindPrimaryKey()!.Properties is [{ ValueGenerated: ValueGenerated.OnAdd }];

    /// <summary>Which rows are those of the organization: SQL with <c>{0}</c> for its id.</summary>
    private string Condition { get; }

    /// <summary>The tables of an archive, each after those that its rows refer to.</summary>
    public static IReadOnlyList<ArchiveTable> Of(KiketDbContext db)
    {
        var waiting = db.Model.GetEntityTypes().Where(t => !LeftOut.ContainsKey(t.ClrType)).ToList();
        List<ArchiveTable> ordered = [];
        while (waiting.Count > 0)
        {
            var next = waiting.First(t =>
                t.GetForeignKeys().All(k => k.PrincipalEntityType == t || !waiting.Contains(k.PrincipalEntityType))
            );
            waiting.Remove(next);
            ordered.Add(new(db, next));
        }

        return ordered;
    }

    /// <summary>The rows of an organization, in an order in which they can be inserted.</summary>
    public string Select(OrganizationId organization)
    {
        var order = Type.ClrType == typeof(Issue) ? [nameof(Issue.HierarchyDepth)] : Array.Empty<string>(); // parents first
        var sorted = order.Concat(Type.FindPrimaryKey()!.Properties.Select(p => p.Name)).Select(name => columns[places[name]]);
        return $"SELECT {Names(columns)} FROM {Quoted(table)} "
            + $"WHERE {string.Format(CultureInfo.InvariantCulture, Condition, organization.Value)} ORDER BY {Names(sorted)}";
    }

    public object?[] Read(DbDataReader reader)
    {
        var row = new object?[Width];
        for (var n = 0; n < Width; n++)
            row[n] = columns[n].Read(reader, n);
        return row;
    }

    public void Write(Utf8JsonWriter json, object?[] row)
    {
        for (var n = 0; n < Width; n++)
        {
            json.WritePropertyName(columns[n].Name);
            if (row[n] is { } value)
                JsonSerializer.Serialize(json, value, columns[n].Type);
            else
                json.WriteNullValue();
        }
    }

    /// <exception cref="InvalidDataException">It does not have the columns of this table.</exception>
    public object?[] Read(JsonElement json)
    {
        var row = new object?[Width];
        for (var n = 0; n < Width; n++)
        {
            if (!json.TryGetProperty(columns[n].Name, out var value))
                throw new InvalidDataException($"A row of {Name} has no {columns[n].Name}.");
            row[n] = value.ValueKind is JsonValueKind.Null ? null : value.Deserialize(columns[n].Type);
        }

        return row;
    }

    public T Get<T>(object?[] row, string property) => (T)row[places[property]]!;

    /// <summary>Changes a text of a row, unless it is null.</summary>
    public void Change(object?[] row, string property, Func<string, string> change)
    {
        ref var value = ref row[places[property]];
        if (value is string text)
            value = change(text);
    }

    public async Task InsertAsync(IReadOnlyList<object?[]> rows, CancellationToken ct)
    {
        await using var command = db.Database.GetDbConnection().CreateCommand(); // only makes parameters
        var (values, parameters) = (new StringBuilder(), new List<object>());
        foreach (var row in rows)
        {
            values.Append(values.Length == 0 ? "(" : ", (");
            for (var n = 0; n < Width; n++)
            {
                var parameter = command.CreateParameter();
                parameter.ParameterName = string.Create(CultureInfo.InvariantCulture, $"@p{parameters.Count}");
                parameter.Value = columns[n].Store(row[n]);
                parameters.Add(parameter);
                values.Append(n == 0 ? "" : ", ").Append(columns[n].Cast(parameter.ParameterName));
            }

            values.Append(')');
        }

        var insert = $"INSERT INTO {Quoted(table)} ({Names(columns)}) VALUES {values}";
        if (db is SqlServerKiketDbContext && HasSequence)
            insert = $"SET IDENTITY_INSERT {Quoted(table)} ON; {insert}; SET IDENTITY_INSERT {Quoted(table)} OFF";
        await db.Database.ExecuteSqlRawAsync(insert, parameters, ct);
    }

    /// <summary>Reads the last id that was given out, also of a row that is gone: the audit log may still name it.</summary>
    public string SelectLastId =>
        db switch
        {
            SqliteKiketDbContext => $"SELECT seq FROM sqlite_sequence WHERE name = '{Name}'",
            SqlServerKiketDbContext => $"SELECT CAST(IDENT_CURRENT('{Name}') AS bigint)",
            _ => $"SELECT COALESCE(pg_sequence_last_value({Sequence}::regclass), 0)",
        };

    /// <summary>Has the database go on with ids after one, as the database before would have.</summary>
    public Task GoOnAfterAsync(long id, CancellationToken ct)
    {
        var last = id.ToString(CultureInfo.InvariantCulture);
        var goOn = db switch
        {
            SqliteKiketDbContext =>
                $"DELETE FROM sqlite_sequence WHERE name = '{Name}'; INSERT INTO sqlite_sequence VALUES ('{Name}', {last})",
            SqlServerKiketDbContext => $"DBCC CHECKIDENT ('{Name}', RESEED, {last})",
            _ => $"SELECT setval({Sequence}, {last})",
        };
        return db.Database.ExecuteSqlRawAsync(goOn, ct);
    }

    private string Sequence =>
        $"pg_get_serial_sequence('{Quoted(table)}', '{Type.FindPrimaryKey()!.Properties[0].GetColumnName(table)}')";

    private string ConditionOf(IEntityType type)
    {
        if (type.FindProperty(nameof(IAggregateRoot.OrganizationId)) is { } owner)
            return $"{sql.DelimitIdentifier(owner.GetColumnName(table)!)} = {{0}}";
        var applications = db.Model.FindEntityType(typeof(OAuthApplication))!.GetTableName()!;
        var clients = $"client_id IN (SELECT client_id FROM {sql.DelimitIdentifier(applications)} WHERE organization_id = {{0}})";
        return type.ClrType switch
        {
            var t when t == typeof(Organization) => "id = {0}",
            var t when t == typeof(OAuthClient) => clients,
            var t when t == typeof(OAuthAuthorization) =>
                $"application_id IN (SELECT id FROM {sql.DelimitIdentifier(
                    db.Model.FindEntityType(typeof(OAuthClient))!.GetTableName()!
                )} WHERE {clients})",
            var t => throw new InvalidOperationException($"Nothing says which rows of {t.Name} belong to an organization."),
        };
    }

    private string Quoted(StoreObjectIdentifier name) => sql.DelimitIdentifier(name.Name, name.Schema);

    private string Names(IEnumerable<Column> some) => string.Join(", ", some.Select(c => sql.DelimitIdentifier(c.Name)));

    /// <summary>
    /// A column. Its values are those of the database, except instants and lists, which the databases store differently.
    /// </summary>
    private sealed class Column
    {
        private static readonly MethodInfo GetMethod = typeof(Column).GetMethod(
            nameof(Get),
            BindingFlags.Static | BindingFlags.NonPublic
        )!;

        private readonly Func<DbDataReader, int, object> get;
        private readonly ValueConverter? neutral;
        private readonly string? cast;

        public Column(IProperty property, string name, KiketDbContext db)
        {
            (Property, Name) = (property, name);
            var mapping = property.GetRelationalTypeMapping();
            var model = Nullable.GetUnderlyingType(property.ClrType) ?? property.ClrType;
            var stored =
                property.IsPrimitiveCollection && db is PostgreSqlKiketDbContext
                    ? typeof(string[])
                    : mapping.Converter?.ProviderClrType ?? model;
            stored = Nullable.GetUnderlyingType(stored) ?? stored;
            get = GetMethod.MakeGenericMethod(stored).CreateDelegate<Func<DbDataReader, int, object>>();
            Type =
                property.IsPrimitiveCollection ? typeof(string[])
                : model == typeof(DateTimeOffset) ? model
                : stored;
            neutral = Type == stored ? null : mapping.Converter;
            cast = db switch
            {
                PostgreSqlKiketDbContext => mapping.StoreTypeNameBase, // without a length, to which it would shorten silently
                SqlServerKiketDbContext when stored == typeof(byte[]) => "varbinary(max)", // a null of no type is a text
                _ => null,
            };
        }

        public IProperty Property { get; }

        public string Name { get; }

        /// <summary>The type of its values in an archive.</summary>
        public Type Type { get; }

        public object? Read(DbDataReader reader, int ordinal)
        {
            if (reader.IsDBNull(ordinal))
                return null;
            var stored = get(reader, ordinal);
            var value = neutral is null ? stored : neutral.ConvertFromProvider(stored);
            return value switch
            {
                DateTime instant => DateTime.SpecifyKind(instant, DateTimeKind.Utc),
                IEnumerable<string> list => list.ToArray(),
                _ => value,
            };
        }

        public object Store(object? value) => (neutral is null ? value : neutral.ConvertToProvider(value)) ?? DBNull.Value;

        public string Cast(string parameter) => cast is null ? parameter : $"CAST({parameter} AS {cast})";

        private static object Get<T>(DbDataReader reader, int ordinal)
            where T : notnull => reader.GetFieldValue<T>(ordinal);
    }
}
