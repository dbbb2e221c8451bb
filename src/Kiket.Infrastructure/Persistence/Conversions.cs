using System.Text.Json;
using System.Text.Json.Serialization;
using Kiket.Application.Common;
using Kiket.Domain.Approvals;
using Kiket.Domain.Calendars;
using Kiket.Domain.Capacity;
using Kiket.Domain.Common;
using Kiket.Domain.CustomData;
using Kiket.Domain.Definitions;
using Kiket.Domain.Events;
using Kiket.Domain.Extensions;
using Kiket.Domain.Guards;
using Kiket.Domain.Issues;
using Kiket.Domain.Milestones;
using Kiket.Domain.Notifications;
using Kiket.Domain.Organizations;
using Kiket.Domain.Projects;
using Kiket.Domain.Sla;
using Kiket.Domain.Tokens;
using Kiket.Domain.Users;
using Kiket.Domain.Webhooks;
using Kiket.Domain.Workflows;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.ChangeTracking;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using Microsoft.EntityFrameworkCore.Storage.ValueConversion;

namespace Kiket.Infrastructure.Persistence;

/// <summary>How the domain's types are stored on all three databases.</summary>
internal static class Conversions
{
    private const string PostgreSql = "Npgsql.EntityFrameworkCore.PostgreSQL";
    private const string Sqlite = "Microsoft.EntityFrameworkCore.Sqlite";

    public static void Configure(ModelConfigurationBuilder builder, string provider)
    {
        // Milliseconds are what the API shows; storing more would make a time that a client sends back differ from ours.
        if (provider == Sqlite)
            builder.Properties<DateTimeOffset>().HaveConversion<SqliteInstant>();
        else
            builder.Properties<DateTimeOffset>().HaveConversion<UtcInstant>();

        builder.Properties<decimal>().HavePrecision(12, 2);

        AsWireName<OrganizationRole>(builder);
        AsWireName<TokenKind>(builder);
        AsWireName<ProjectStatus>(builder);
        AsWireName<ProjectVisibility>(builder);
        AsWireName<ProjectRole>(builder);
        AsWireName<IssueAction>(builder);
        AsWireName<MilestoneStatus>(builder);
        AsWireName<ApprovalStatus>(builder);
        AsWireName<NotificationLevel>(builder);
        AsWireName<EventCause>(builder);
        AsWireName<EventConsumer>(builder);
        AsWireName<WebhookKind>(builder);
        AsWireName<DeliveryState>(builder);
        AsWireName<ExtensionStatus>(builder);
        AsWireName<SecretScope>(builder);
        AsWireName<ReportKind>(builder);
        AsWireName<SlaStatus>(builder);
        AsWireName<SlaEventState>(builder);
        AsPlainValue<OrganizationId, long>(builder);
        AsPlainValue<UserId, long>(builder);
        AsPlainValue<ProjectId, long>(builder);
        AsPlainValue<IssueId, long>(builder);
        AsPlainValue<ExtensionId, long>(builder);
        AsPlainValue<StateKey, string>(builder);
        AsPlainValue<TypeKey, string>(builder);
        builder.Properties<IssuePriority>().HaveConversion<int>(); // sorts by urgency

        var json = provider == PostgreSql ? "jsonb" : null;
        AsJson<IReadOnlyDictionary<string, JsonElement>>(builder, json);
        AsJson<IReadOnlyList<FieldChange>>(builder, json);
        AsJson<IReadOnlyList<DefinitionNote>>(builder, json);
        AsSharedJson<OrganizationSettings>(builder, json);
        AsJson<IReadOnlyList<DaysOff>>(builder, json);
        AsSharedJson<ProjectSchema>(builder, json);
        AsJson<ApprovalRequirement>(builder, json);
        AsJson<IReadOnlyList<ApprovalDecision>>(builder, json);
        AsSharedJson<WorkflowDefinition>(builder, json);
        AsJson<EventFacts>(builder, json);
        AsJson<WebhookTarget>(builder, json);
        AsSharedJson<IReadOnlyList<WebhookHook>>(builder, json);
        AsJson<AttemptExchange>(builder, json);
        AsSharedJson<ExtensionManifest>(builder, json);
        AsJson<SlaPolicy>(builder, json);
        AsJson<SlaEventRule>(builder, json);
        AsJson<SlaEventTimes>(builder, json);
        AsJson<IReadOnlyList<ClockSpan>>(builder, json);
        AsJson<IReadOnlyList<SlaAdjustment>>(builder, json);
        AsJson<CustomModuleSchema>(builder, json);
        AsSharedJson<IReadOnlyList<SlaDefinition>>(builder, json);
    }

    private static void AsWireName<T>(ModelConfigurationBuilder builder)
        where T : struct, Enum => builder.Properties<T>().HaveConversion<WireNameConverter<T>>().HaveMaxLength(32);

    private static void AsPlainValue<T, TValue>(ModelConfigurationBuilder builder)
        where T : struct, ITyped<T, TValue>
    {
        builder.Properties<T>().HaveConversion<PlainValueConverter<T, TValue>>();
        builder.DefaultTypeMapping<T>().HasConversion<PlainValueConverter<T, TValue>>(); // for parameters of raw SQL
    }

    private static void AsJson<T>(ModelConfigurationBuilder builder, string? columnType)
        where T : class => Store(builder.Properties<T>().HaveConversion<JsonTextConverter<T>, JsonTextComparer<T>>(), columnType);

    private static void AsSharedJson<T>(ModelConfigurationBuilder builder, string? columnType)
        where T : class =>
        Store(builder.Properties<T>().HaveConversion<SharedJsonConverter<T>, JsonTextComparer<T>>(), columnType);

    private static void Store<T>(PropertiesConfigurationBuilder<T> properties, string? columnType)
    {
        if (columnType is not null)
            properties.HaveColumnType(columnType);
    }

    private sealed class SqliteInstant()
        : ValueConverter<DateTimeOffset, long>(
            i => StoredInstant.Of(i).UtcTicks,
            ticks => new DateTimeOffset(ticks, TimeSpan.Zero)
        );

    private sealed class UtcInstant()
        : ValueConverter<DateTimeOffset, DateTimeOffset>(i => StoredInstant.Of(i), i => i.ToUniversalTime());

    private sealed class WireNameConverter<T>() : ValueConverter<T, string>(v => WireName.Of(v), name => Parse<T>(name))
        where T : struct, Enum;

    private static T Parse<T>(string name)
        where T : struct, Enum =>
        WireName.TryParse(name, out T value)
            ? value
            : throw new InvalidOperationException($"'{name}' is not a {typeof(T).Name}.");

    private sealed class PlainValueConverter<T, TValue>()
        : ValueConverter<T, TValue>(v => v.Value, value => Typed<T, TValue>(value))
        where T : struct, ITyped<T, TValue>;

    // An expression tree cannot call a static interface member.
    private static T Typed<T, TValue>(TValue value)
        where T : struct, ITyped<T, TValue> => T.Of(value);

    private sealed class JsonTextConverter<T>()
        : ValueConverter<T, string>(v => JsonText.Write(v), text => JsonText.Read<T>(text));

    /// <summary>Definitions are large and immutable, and requests read the same ones again and again.</summary>
    private sealed class SharedJsonConverter<T>()
        : ValueConverter<T, string>(v => JsonText.Write(v), text => SharedJson<T>.Read(text))
        where T : class;

    /// <summary>
    /// Such values are replaced, never changed, so comparing references is enough. They are never keys, so their hash codes need
    /// not differ.
    /// </summary>
    private sealed class JsonTextComparer<T>()
        : ValueComparer<T>((a, b) => ReferenceEquals(a, b) || JsonText.Write(a) == JsonText.Write(b), v => 0, v => v)
        where T : class;

    /// <summary>The values of recently read texts.</summary>
    private static class SharedJson<T>
        where T : class
    {
        private const int MaxTexts = 128;
        private const int MaxLength = 32 * 1024;

        private static readonly BoundedCache<string, T> Known = new(MaxTexts, StringComparer.Ordinal);

        public static T Read(string text)
        {
            if (text.Length > MaxLength)
                return JsonText.Read<T>(text);
            return Known.TryGet(text, out var known) ? known : Known.Keep(text, JsonText.Read<T>(text));
        }
    }

    private static class JsonText
    {
        private static readonly JsonSerializerOptions Options = new(JsonSerializerDefaults.General)
        {
            PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
            Converters =
            {
                new GuardVerdictConverter(),
                new JsonStringEnumConverter(JsonNamingPolicy.SnakeCaseLower, allowIntegerValues: false),
            },
            DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
            AllowOutOfOrderMetadataProperties = true, // jsonb reorders members
        };

        public static string Write<T>(T value) => JsonSerializer.Serialize(value, Options);

        public static T Read<T>(string text) => JsonSerializer.Deserialize<T>(text, Options)!;
    }

    /// <summary>A guard's answer in the history of an issue. It is read back as plain JSON.</summary>
    private sealed class GuardVerdictConverter : JsonConverter<GuardVerdict>
    {
        public override void Write(Utf8JsonWriter writer, GuardVerdict value, JsonSerializerOptions options)
        {
            writer.WriteStartObject();
            writer.WriteString("verdict", WireName.Of(value.Decision));
            writer.WriteString("message", value.Message);
            writer.WriteNumber("latency_ms", value.LatencyMs);
            writer.WriteEndObject();
        }

        public override GuardVerdict Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
            throw new NotSupportedException("A verdict in the history is read as JSON.");
    }
}
