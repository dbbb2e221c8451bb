using System.Reflection;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.RegularExpressions;
using Kiket.Domain.Common;
using Kiket.Domain.Extensions;
using Kiket.Domain.Issues;
using Kiket.Domain.Projects;
using Microsoft.AspNetCore.Mvc.ApiExplorer;
using Microsoft.AspNetCore.Mvc.ModelBinding;
using Namotion.Reflection;
using NJsonSchema;
using NJsonSchema.Generation;
using NJsonSchema.Generation.TypeMappers;

namespace Kiket.Api.OpenApi;

/// <summary>
/// Declares which members of an object are required. A response has every member (contract 0.1, rule 5) and may get more in
/// later versions. A request requires only what its type demands and can contain nothing else (decisions, 3); its optional
/// members can be null.
/// </summary>
internal sealed partial class SchemaProcessor(IServiceProvider services) : ISchemaProcessor
{
    public static IReadOnlyList<ITypeMapper> TypeMappers { get; } =
    [
        new PrimitiveTypeMapper(typeof(ProjectRef), Text("Id or key of a project.")),
        new PrimitiveTypeMapper(typeof(IssueRef), Text("Id or key of an issue.")),
        new PrimitiveTypeMapper(typeof(ExtensionRef), Text("Id of an installation or of a manifest.")),
        Id<OrganizationId>(),
        Id<UserId>(),
        Id<ProjectId>(),
        Id<IssueId>(),
        Id<ExtensionId>(),
        new PrimitiveTypeMapper(typeof(StateKey), schema => schema.Type = JsonObjectType.String),
        new PrimitiveTypeMapper(typeof(TypeKey), schema => schema.Type = JsonObjectType.String),
        new OptionalMapper(),
    ];

    private static PrimitiveTypeMapper Id<T>() =>
        new(typeof(T), schema => (schema.Type, schema.Format) = (JsonObjectType.Integer, JsonFormatStrings.Long));

    // The types of request bodies and everything in them. Known only when the routes are mapped.
    private readonly Lazy<HashSet<Type>> requests = new(() =>
    {
        var found = new HashSet<Type>();
        foreach (var group in services.GetRequiredService<IApiDescriptionGroupCollectionProvider>().ApiDescriptionGroups.Items)
        {
            foreach (
                var body in group.Items.SelectMany(api => api.ParameterDescriptions).Where(p => p.Source == BindingSource.Body)
            )
                Collect(body.Type, found);
        }

        return found;
    });

    public void Process(SchemaProcessorContext context)
    {
        var (type, schema) = (context.ContextualType.OriginalType, context.Schema);
        schema.Description = WithoutReferences(schema.Description);
        if (type.Assembly.GetName().Name?.StartsWith("Kiket.", StringComparison.Ordinal) != true || schema.Properties.Count == 0)
            return;

        var isRequest = requests.Value.Contains(type);
        schema.AllowAdditionalProperties = !isRequest;
        if (schema.AdditionalPropertiesSchema is { } others)
            CompleteNullable(others);
        foreach (var member in context.ContextualType.Properties)
        {
            var name = context.Settings.ReflectionService.GetPropertyName(member, context.Settings);
            if (!schema.Properties.TryGetValue(name, out var property))
                continue;

            var isRequired = isRequest ? IsDemanded(member) : !IsLeftOutWhenNull(member.PropertyInfo);
            if (isRequest && !isRequired && member.PropertyType.OriginalType != typeof(JsonElement))
            {
                // Null means the same as omitting the member, or empties it, so that clients can send every member.
                var description = property.Description;
                property = context.Generator.GenerateWithReferenceAndNullability<JsonSchemaProperty>(
                    Unwrap(member) ?? member.PropertyType,
                    true,
                    context.Resolver
                );
                property.Description = description;
                schema.Properties[name] = property;
            }

            property.Description = WithoutReferences(property.Description);
            if (isRequired && !schema.RequiredProperties.Contains(name))
                schema.RequiredProperties.Add(name);
            if (!isRequired)
                schema.RequiredProperties.Remove(name);
            if (!isRequest && !isRequired)
                property.IsNullableRaw = null;
            CompleteNullable(property);
        }
    }

    /// <summary>OpenAPI 3.0 reads <c>nullable</c> only beside a type; a value of any type can be null anyway.</summary>
    private static void CompleteNullable(JsonSchema schema)
    {
        if (schema.IsNullableRaw != true || schema.Type is not JsonObjectType.None)
            return;
        if (schema.OneOf.FirstOrDefault() is { } reference)
            schema.Type = reference.ActualSchema.Type;
        else
            schema.IsNullableRaw = null;
    }

    /// <summary>Removes the references to our own documents from the code's comments.</summary>
    private static string? WithoutReferences(string? description) =>
        description is null ? null : OwnPapers().Replace(description, "");

    [GeneratedRegex(@" \((contract|decisions|architecture)\b[^)]*\)|\s*Source: [^\n]*")]
    private static partial Regex OwnPapers();

    private static Action<JsonSchema> Text(string description) =>
        schema =>
        {
            schema.Type = JsonObjectType.String;
            schema.Description = description;
        };

    /// <summary>The type of the value that an <see cref="Optional{T}"/> may set.</summary>
    private static ContextualType? Unwrap(ContextualPropertyInfo member) =>
        member.PropertyType.OriginalType is { IsGenericType: true } type && type.GetGenericTypeDefinition() == typeof(Optional<>)
            ? member.PropertyType.OriginalGenericArguments[0]
            : null;

    private static bool IsDemanded(ContextualPropertyInfo member) =>
        member.PropertyInfo.IsDefined(typeof(System.Runtime.CompilerServices.RequiredMemberAttribute))
        || (
            member.Nullability is not Nullability.Nullable
            && member
                .PropertyInfo.DeclaringType!.GetConstructors()
                .SelectMany(c => c.GetParameters())
                .Any(p => p.Name == member.Name && !p.HasDefaultValue)
        );

    private static bool IsLeftOutWhenNull(PropertyInfo member) =>
        member.GetCustomAttribute<JsonIgnoreAttribute>()?.Condition
            is JsonIgnoreCondition.WhenWritingNull
                or JsonIgnoreCondition.WhenWritingDefault;

    private static void Collect(Type type, HashSet<Type> found)
    {
        if (type.IsArray)
            Collect(type.GetElementType()!, found);
        foreach (var argument in type.GetGenericArguments())
            Collect(argument, found);
        if (type.Namespace?.StartsWith("Kiket", StringComparison.Ordinal) != true || type.IsEnum || !found.Add(type))
            return;
        foreach (var member in type.GetProperties())
            Collect(member.PropertyType, found);
    }

    /// <summary>
    /// Keeps <see cref="Optional{T}"/> itself out of the document; the processor puts its value's schema there.
    /// </summary>
    private sealed class OptionalMapper : ITypeMapper
    {
        public Type MappedType => typeof(Optional<>);

        public bool UseReference => false;

        public void GenerateSchema(JsonSchema schema, TypeMapperContext context)
        {
            // Nothing: see Process.
        }
    }
}

/// <summary><c>IssueDto</c> is <c>Issue</c>, and <c>DataPage&lt;IssueDto&gt;</c> is <c>IssueDataPage</c>.</summary>
internal sealed class SchemaNames : ISchemaNameGenerator
{
    public string Generate(Type type)
    {
        if (typeof(IReadOnlyDictionary<string, JsonElement>).IsAssignableFrom(type))
            return "Record"; // only records of custom data are such objects and have pages
        var name = type.Name.Split('`')[0];
        return string.Concat(type.GetGenericArguments().Select(Generate))
            + (name.EndsWith("Dto", StringComparison.Ordinal) ? name[..^3] : name);
    }
}
