using System.Globalization;
using Kiket.Domain.Common;

namespace Kiket.Domain.CustomData;

/// <summary>A module of custom data: of an organization, a project or an installation.</summary>
internal sealed class CustomModule : AggregateRoot<long>
{
    private CustomModule() { }

    /// <summary>Its id in URLs.</summary>
    public string Key { get; private set; } = "";

    /// <summary>Its owner and its key, in one text; unique.</summary>
    public string Slot { get; private set; } = "";

    /// <summary>The project that it belongs to, or null.</summary>
    public ProjectId? ProjectId { get; private set; }

    /// <summary>The installation that it belongs to, or null.</summary>
    public ExtensionId? ExtensionId { get; private set; }

    /// <summary>Its schema.</summary>
    public CustomModuleSchema Schema { get; private set; } = null!;

    /// <summary>Publishes a module.</summary>
    /// <param name="organizationId">The organization.</param>
    /// <param name="projectId">The project that it belongs to, or null.</param>
    /// <param name="extensionId">The installation that it belongs to, or null.</param>
    /// <param name="schema">Its schema.</param>
    /// <param name="at">Instant of the publication.</param>
    public static CustomModule Publish(
        OrganizationId organizationId,
        ProjectId? projectId,
        ExtensionId? extensionId,
        CustomModuleSchema schema,
        DateTimeOffset at
    )
    {
        ArgumentNullException.ThrowIfNull(schema);
        var module = new CustomModule
        {
            OrganizationId = organizationId,
            ProjectId = projectId,
            ExtensionId = extensionId,
            Key = schema.Key,
            Slot = SlotOf(projectId, extensionId, schema.Key),
            Schema = schema,
        };
        module.Created(at);
        return module;
    }

    /// <summary>The slot of a module.</summary>
    /// <param name="projectId">The project that it belongs to, or null.</param>
    /// <param name="extensionId">The installation that it belongs to, or null.</param>
    /// <param name="key">Its id.</param>
    public static string SlotOf(ProjectId? projectId, ExtensionId? extensionId, string key) =>
        extensionId is { } extension ? string.Create(CultureInfo.InvariantCulture, $"installation:{extension}:{key}")
        : projectId is { } project ? string.Create(CultureInfo.InvariantCulture, $"project:{project}:{key}")
        : $"organization:{key}";

    /// <summary>Replaces its schema; the caller must ensure that its records fit.</summary>
    /// <param name="schema">The new one.</param>
    /// <param name="at">Instant of the change.</param>
    public void Follow(CustomModuleSchema schema, DateTimeOffset at)
    {
        Schema = schema;
        Touch(at);
    }
}
