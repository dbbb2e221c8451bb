using System.Buffers;
using System.Collections.Frozen;
using System.Globalization;
using System.Text;
using System.Text.Json;
using Kiket.Application.Common;
using Kiket.Domain.Approvals;
using Kiket.Domain.Audit;
using Kiket.Domain.Checklists;
using Kiket.Domain.Comments;
using Kiket.Domain.Common;
using Kiket.Domain.CustomData;
using Kiket.Domain.Definitions;
using Kiket.Domain.Extensions;
using Kiket.Domain.Issues;
using Kiket.Domain.Milestones;
using Kiket.Domain.OAuth;
using Kiket.Domain.Organizations;
using Kiket.Domain.Projects;
using Kiket.Domain.Tokens;
using Kiket.Domain.Users;
using Kiket.Domain.Webhooks;
using Kiket.Domain.Workflows;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.ChangeTracking;
using Microsoft.EntityFrameworkCore.Metadata;

namespace Kiket.Infrastructure.Persistence;

/// <summary>
/// Describes the changes of a unit of work for the audit log: everything that people or programs can change, except secrets and
/// long texts.
/// </summary>
/// <remarks>
/// Of a new issue or comment it only stores the id: the values are in the row itself, or are the old values of its later changes.
/// </remarks>
internal sealed class AuditTrail(KiketDbContext db, CurrentActor current, TimeProvider time)
{
    /// <summary>Maximum number of changes in a record.</summary>
    private const int MaxChanges = 100;

    /// <summary>Maximum length of a text in a record; a longer text is replaced by its digest.</summary>
    private const int MaxTextLength = 256;

    /// <summary>The audited types and their names.</summary>
    internal static readonly FrozenDictionary<Type, string> Subjects = new Dictionary<Type, string>
    {
        [typeof(Organization)] = "organization",
        [typeof(User)] = "user",
        [typeof(AccessToken)] = "token",
        [typeof(Invitation)] = "invitation",
        [typeof(PasswordSignIn)] = "password",
        [typeof(OAuthApplication)] = "oauth_application",
        [typeof(Project)] = "project",
        [typeof(ProjectMember)] = "project_member",
        [typeof(Workflow)] = "workflow",
        [typeof(Issue)] = "issue",
        [typeof(Comment)] = "comment",
        [typeof(Approval)] = "approval",
        [typeof(ChecklistMark)] = "checklist_mark",
        [typeof(Milestone)] = "milestone",
        [typeof(DefinitionFile)] = "definition",
        [typeof(Webhook)] = "webhook",
        [typeof(Extension)] = "extension",
        [typeof(ExtensionSecret)] = "secret",
        [typeof(ExtensionAuditEntry)] = "extension_audit_entry",
        [typeof(StoredValue)] = "stored_value",
        [typeof(CustomModule)] = "custom_module",
        [typeof(CustomRecord)] = "custom_record",
    }.ToFrozenDictionary();

    /// <summary>Properties that are secret, or may contain secrets of other systems.</summary>
    private static readonly FrozenSet<string> Hidden = FrozenSet.Create(
        StringComparer.Ordinal,
        nameof(AccessToken.Hash),
        nameof(PasswordSignIn.PasswordHash),
        nameof(PasswordSignIn.LinkHash),
        nameof(PasswordSignIn.TotpKey),
        nameof(PasswordSignIn.RecoveryHashes),
        nameof(PasswordSignIn.Stamp),
        nameof(Extension.KeyHash),
        nameof(Extension.PreviousKeyHash),
        nameof(Extension.Configuration),
        nameof(Webhook.Secret),
        nameof(Webhook.PreviousSecret),
        nameof(Webhook.Target),
        nameof(ExtensionSecret.Ciphertext),
        nameof(StoredValue.Json)
    );

    /// <summary>Bookkeeping of each row.</summary>
    private static readonly FrozenSet<string> Untold = FrozenSet.Create(
        StringComparer.Ordinal,
        nameof(IAggregateRoot.OrganizationId),
        nameof(IAggregateRoot.Version),
        nameof(AggregateRoot<>.CreatedAt),
        nameof(AggregateRoot<>.UpdatedAt),
        nameof(User.SortKey),
        nameof(Issue.SearchText),
        nameof(Project.LastIssueNumber),
        nameof(Organization.LastEventSequence),
        nameof(Organization.LastAuditSequence),
        nameof(Organization.AuditChain),
        nameof(PasswordSignIn.Tries), // the sign-ins and failures themselves are recorded
        nameof(PasswordSignIn.LockedUntil),
        nameof(PasswordSignIn.TotpStep)
    );

    private readonly List<Change> changes = [];
    private readonly HashSet<object> added = new(ReferenceEqualityComparer.Instance);

    /// <summary>The number of changes so far.</summary>
    public int Count => changes.Count;

    /// <summary>Observes the changes that are about to be saved.</summary>
    public void Observe()
    {
        foreach (var entry in db.ChangeTracker.Entries())
        {
            if (entry.State is EntityState.Unchanged or EntityState.Detached || !Subjects.ContainsKey(entry.Metadata.ClrType))
                continue;
            var isNew = entry.State is EntityState.Added;
            if (isNew)
                added.Add(entry.Entity);
            else if (entry.State is EntityState.Modified && added.Contains(entry.Entity))
                continue; // it was created by the same action
            var fields = FieldsOf(entry);
            if (fields.Count > 0 || entry.State is not EntityState.Modified)
                changes.Add(
                    new(
                        Subjects[entry.Metadata.ClrType],
                        entry.State switch
                        {
                            EntityState.Added => "created",
                            EntityState.Deleted => "removed",
                            _ => "updated",
                        },
                        entry.Entity,
                        entry.Metadata.FindPrimaryKey()!.Properties,
                        fields
                    )
                );
        }
    }

    /// <summary>Records an action that is not the change of a row, such as an export.</summary>
    public void Note(string type, string what) => changes.Add(new(type, what, null, [], []));

    /// <summary>Records an action that concerns a row but does not change it, such as a sign-in.</summary>
    public void Note(IAggregateRoot row, string what)
    {
        var key = db.Model.FindEntityType(row.GetType())!.FindPrimaryKey()!.Properties;
        changes.Add(new(Subjects[row.GetType()], what, row, key, []));
    }

    /// <summary>Records from which records personal data was erased.</summary>
    public void NoteErasure(IReadOnlyList<long> records)
    {
        if (records.Count > 0)
            changes.Add(new("audit_log", "erased", null, [], []) { Erased = SequenceRange.Of(records) });
    }

    /// <summary>Discards the changes of a part that was rolled back.</summary>
    /// <param name="count">The number of changes before it.</param>
    public void Keep(int count) => changes.RemoveRange(count, changes.Count - count);

    /// <summary>Discards all changes.</summary>
    public void Clear()
    {
        changes.Clear();
        added.Clear();
    }

    /// <summary>
    /// Adds a record of everything observed to the chain of the organization. Others who audit an action of the organization
    /// wait until the commit, so nothing but the commit may follow.
    /// </summary>
    /// <param name="action">The name of the action.</param>
    /// <param name="batch">The statements that are sent right before the commit.</param>
    public void Append(string action, StatementBatch batch)
    {
        if (changes.Count == 0)
            return;
        var first = changes[0];
        var record = new AuditRecord
        {
            OrganizationId = current.OrganizationId ?? OrganizationOf(first.Entity!),
            At = StoredInstant.Of(time.GetUtcNow()),
            Action = action,
            ActorId = current.UserIdOrZero is { Value: > 0 } actor ? actor : null,
            Credential = current.Origin?.Credential ?? "system",
            SubjectType = first.Type,
            SubjectId = first.Id,
            Details = DetailsOf(current.Origin, changes),
        };
        Append(record, batch);
    }

    private void Append(AuditRecord record, StatementBatch batch)
    {
        var (owner, entry) = (StoredTable.Of<Organization>(db), StoredTable.Of<AuditRecord>(db));
        var (id, last) = (owner.Column(nameof(Organization.Id)), owner.Column(nameof(Organization.LastAuditSequence)));
        var chain = owner.Column(nameof(Organization.AuditChain));
        var organization = Parameter(nameof(AuditRecord.OrganizationId), record.OrganizationId);
        var content = Parameter(nameof(AuditRecord.ContentHash), record.ComputeContentHash());
        (string Property, string Value)[] values =
        [
            (nameof(AuditRecord.OrganizationId), organization),
            (nameof(AuditRecord.Sequence), $"(SELECT {last} FROM {owner.Name} WHERE {id} = {organization})"),
            (nameof(AuditRecord.ChainHash), $"(SELECT {chain} FROM {owner.Name} WHERE {id} = {organization})"),
            (nameof(AuditRecord.ContentHash), content),
            Of(nameof(AuditRecord.At), record.At),
            Of(nameof(AuditRecord.Action), record.Action),
            Of(nameof(AuditRecord.ActorId), record.ActorId),
            Of(nameof(AuditRecord.Credential), record.Credential),
            Of(nameof(AuditRecord.SubjectType), record.SubjectType),
            Of(nameof(AuditRecord.SubjectId), record.SubjectId),
            Of(nameof(AuditRecord.Details), record.Details),
        ];
        batch.Add(
            $"UPDATE {owner.Name} SET {last} = {last} + 1, {chain} = {Following(chain, content)} WHERE {id} = {organization}"
        );
        batch.Add(
            $"INSERT INTO {entry.Name} ({string.Join(", ", values.Select(v => entry.Column(v.Property)))}) "
                + $"VALUES ({string.Join(", ", values.Select(v => v.Value))})"
        );

        (string Property, string Value) Of(string property, object? value) => (property, Parameter(property, value));

        string Parameter(string property, object? value)
        {
            var stored = entry.Type.FindProperty(property)!;
            return batch.Parameter(stored.GetRelationalTypeMapping(), value, stored.IsNullable);
        }
    }

    /// <summary>The row's organization: actions before a sign-in also belong to an organization.</summary>
    private OrganizationId OrganizationOf(object entity) =>
        entity switch
        {
            Organization organization => organization.Id,
            IAggregateRoot root => root.OrganizationId,
            _ => (OrganizationId)
                db.Model.FindEntityType(entity.GetType())!.FindProperty(nameof(OrganizationId))!.GetGetter().GetClrValue(entity)!,
        };

    /// <summary>The chain after a record, in the SQL of the database.</summary>
    private string Following(string chain, string content) =>
        db switch
        {
            SqliteKiketDbContext => $"{SqliteFunctions.FollowChain}({chain}, {content})",
            SqlServerKiketDbContext => $"HASHBYTES('SHA2_256', {chain} + {content})",
            _ => $"sha256({chain} || {content})",
        };

    private static List<Field> FieldsOf(EntityEntry entry)
    {
        var isNew = entry.State is EntityState.Added;
        if ((isNew && entry.Entity is Issue or Comment) || entry.Entity is User { IsErased: true })
            return [];
        var isRemoved = entry.State is EntityState.Deleted;
        List<Field> fields = [];
        foreach (var property in entry.Metadata.GetProperties())
        {
            if (Untold.Contains(property.Name) || property.IsShadowProperty())
                continue;
            var value = entry.Property(property);
            var (from, to) = (isNew ? null : value.OriginalValue, isRemoved ? null : value.CurrentValue);
            if (isNew || isRemoved ? (from ?? to) is not null && !property.IsPrimaryKey() : value.IsModified)
                fields.Add(new(property, from, to));
        }

        return fields;
    }

    private static string DetailsOf(RequestOrigin? origin, List<Change> changes)
    {
        var buffer = new ArrayBufferWriter<byte>(512);
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            json.WriteString("address", origin?.Address);
            json.WriteString("request_id", origin?.RequestId);
            json.WriteStartArray("changes");
            foreach (var change in changes.Take(MaxChanges))
                change.WriteTo(json);
            json.WriteEndArray();
            if (changes.Count > MaxChanges)
                json.WriteNumber("omitted", changes.Count - MaxChanges);
            json.WriteEndObject();
        }

        return Encoding.UTF8.GetString(buffer.WrittenSpan);
    }

    /// <param name="Entity">The row that changed; null for an action that is not the change of a row.</param>
    private sealed record Change(string Type, string What, object? Entity, IReadOnlyList<IProperty> Key, List<Field> Fields)
    {
        /// <summary>The records from which personal data was erased.</summary>
        public IReadOnlyList<SequenceRange> Erased { get; init; } = [];

        /// <summary>The last part of the row's key; only known after a new row was saved.</summary>
        public long? Id =>
            Entity is not null && Key[^1].GetGetter().GetClrValue(Entity) is { } value ? Plain(Key[^1], value) as long? : null;

        public void WriteTo(Utf8JsonWriter json)
        {
            json.WriteStartObject();
            json.WriteString("type", Type);
            if (Id is { } id)
                json.WriteNumber("id", id);
            else
                json.WriteNull("id");
            json.WriteString("change", What);
            json.WriteStartObject("fields");
            foreach (var field in Fields)
                field.WriteTo(json);
            json.WriteEndObject();
            if (Erased.Count > 0)
                WriteErased(json);
            json.WriteEndObject();
        }

        private void WriteErased(Utf8JsonWriter json)
        {
            json.WriteStartArray("records");
            foreach (var (first, last) in Erased)
            {
                json.WriteStartArray();
                json.WriteNumberValue(first);
                json.WriteNumberValue(last);
                json.WriteEndArray();
            }

            json.WriteEndArray();
        }
    }

    /// <summary>A value that was set, changed or removed.</summary>
    private sealed record Field(IProperty Property, object? From, object? To)
    {
        public void WriteTo(Utf8JsonWriter json)
        {
            json.WriteStartObject(WireName.Snake(Property.Name));
            if (Hidden.Contains(Property.Name))
            {
                json.WriteBoolean("hidden", true);
            }
            else
            {
                json.WritePropertyName("from");
                Write(json, From);
                json.WritePropertyName("to");
                Write(json, To);
            }

            json.WriteEndObject();
        }

        private void Write(Utf8JsonWriter json, object? value)
        {
            switch (Plain(Property, value))
            {
                case null:
                    json.WriteNullValue();
                    break;
                case bool flag:
                    json.WriteBooleanValue(flag);
                    break;
                case int number:
                    json.WriteNumberValue(number);
                    break;
                case long number:
                    json.WriteNumberValue(number);
                    break;
                case decimal number:
                    json.WriteNumberValue(number);
                    break;
                case DateTimeOffset instant:
                    json.WriteStringValue(instant.UtcDateTime);
                    break;
                case DateOnly day:
                    json.WriteStringValue(day.ToString("O", CultureInfo.InvariantCulture));
                    break;
                case IEnumerable<string> texts:
                    WriteText(json, string.Join(", ", texts));
                    break;
                case var other:
                    WriteText(json, Convert.ToString(other, CultureInfo.InvariantCulture) ?? "");
                    break;
            }
        }

        private static void WriteText(Utf8JsonWriter json, string text)
        {
            if (text.Length <= MaxTextLength)
            {
                json.WriteStringValue(text);
                return;
            }

            json.WriteStartObject();
            json.WriteNumber("length", text.Length);
            json.WriteString("sha256", TextDigest.Of(text));
            json.WriteEndObject();
        }
    }

    /// <summary>A value as it is stored, except an instant, which Sqlite stores as a number.</summary>
    private static object? Plain(IProperty property, object? value) =>
        value is null or DateTimeOffset or IEnumerable<string> ? value
        : value is Enum named ? WireName.Snake(named.ToString())
        : property.GetTypeMapping().Converter is { } converter ? converter.ConvertToProvider(value)
        : value;
}
