using System.ComponentModel;
using System.Text.Json;
using Kiket.Api.Authentication;
using Kiket.Api.Http;
using Kiket.Application.Common;
using Kiket.Application.CustomData;
using Kiket.Domain.Common;
using Kiket.Domain.Extensions;
using Kiket.Domain.Tokens;
using MediatR;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;

namespace Kiket.Api.CustomData;

using Record = IReadOnlyDictionary<string, JsonElement>;

/// <summary>Records of custom data, for users and for extensions.</summary>
internal static class CustomDataEndpoints
{
    public static void MapCustomData(this IEndpointRouteBuilder api)
    {
        var modules = api.MapGroup("/custom_data_modules").WithTags("Custom data");
        modules.MapGet("/", ListCustomModules).WithName(nameof(ListCustomModules)).Reads(Scope.CustomData);
        modules.MapPost("/", PublishCustomModule).WithName(nameof(PublishCustomModule)).Writes(Scope.CustomData);

        var records = api.MapGroup("/custom_data/{module}/{table}").WithTags("Custom data");
        records.MapGet("/", ListCustomRecords).WithName(nameof(ListCustomRecords)).Reads(Scope.CustomData);
        records.MapPost("/", CreateCustomRecord).WithName(nameof(CreateCustomRecord)).Writes(Scope.CustomData).Produces<AddedRecords>(StatusCodes.Status201Created);
        records.MapGet("/{id}", GetCustomRecord).WithName(nameof(GetCustomRecord)).Reads(Scope.CustomData);
        records.MapPatch("/{id}", UpdateCustomRecord).WithName(nameof(UpdateCustomRecord)).Writes(Scope.CustomData);
        records.MapDelete("/{id}", DeleteCustomRecord).WithName(nameof(DeleteCustomRecord)).Writes(Scope.CustomData);

        var ext = api.MapGroup("/ext/custom_data/{module}/{table}").WithTags("Extension API");
        ext.MapGet("/", ListExtCustomRecords).WithName(nameof(ListExtCustomRecords)).Reads(Scope.CustomData);
        ext.MapPost("/", CreateExtCustomRecord).WithName(nameof(CreateExtCustomRecord)).Writes(Scope.CustomData).Produces<AddedRecords>(StatusCodes.Status201Created);
        ext.MapGet("/{id}", GetExtCustomRecord).WithName(nameof(GetExtCustomRecord)).Reads(Scope.CustomData);
        ext.MapPatch("/{id}", UpdateExtCustomRecord).WithName(nameof(UpdateExtCustomRecord)).Writes(Scope.CustomData);
        ext.MapDelete("/{id}", DeleteExtCustomRecord).WithName(nameof(DeleteExtCustomRecord)).Writes(Scope.CustomData);
    }

    /// <summary>Lists the modules of custom data that you can see.</summary>
    private static async Task<Results<Ok<DataPage<CustomModuleDto>>, ErrorResult>> ListCustomModules(
        [AsParameters] PageParameters parameters, IMediator mediator, CancellationToken ct) =>
        (await mediator.Send(new ListCustomModulesQuery(parameters.ToPage()), ct)).ToOk(DataPage<CustomModuleDto>.Of);

    /// <summary>Makes a module of custom data (201) or gives one another schema (200); refused with the records that would not fit.</summary>
    private static async Task<Results<Created<PublishedModuleDto>, Ok<PublishedModuleDto>, ErrorResult>> PublishCustomModule(
        ModuleBody body,
        [FromQuery(Name = "project_id"), Description("The project that the module belongs to, or that the extension is installed for: its id or key. May stand in the body.")] string? project,
        [FromQuery(Name = "extension_id"), Description("The installed extension that the module belongs to. May stand in the body.")] string? extension,
        [FromQuery(Name = "strict"), Description(Parameters.StrictDescription)] bool? strict,
        IMediator mediator, CancellationToken ct)
    {
        if (body.Schema is not { } schema)
            return new ErrorResult(Error.Validation("schema", "schema is an object or a YAML text."));
        ExtensionRef? named = string.IsNullOrEmpty(extension) ? null
            : ExtensionRef.TryParse(extension, out var parsed) ? parsed
            : throw new InvalidParameterException("extension_id", $"'{extension}' is no extension: give an id.");
        var published = await mediator.Send(
            new PublishCustomModuleCommand(
                schema with { IsStrict = strict ?? true },
                Parameters.Agreed("project_id", body.Project, Extensions.Projects.Of(project)),
                Parameters.Agreed("extension_id", body.Extension, named)), ct);
        return published.Error is { } error ? new ErrorResult(error)
            : published.Value.IsNew ? TypedResults.Created((string?)null, published.Value)
            : TypedResults.Ok(published.Value);
    }

    /// <summary>Lists the records of a table.</summary>
    /// <remarks>
    /// A filter or sort on a column without an index is refused where more than 10,000 records would have to be looked at.
    /// </remarks>
    private static Task<Results<Ok<DataPage<Record>>, ErrorResult>> ListCustomRecords(
        string module, string table, [AsParameters] RecordListParameters parameters, HttpRequest request, IMediator mediator, CancellationToken ct) =>
        ListAsync(module, table, parameters, isExt: false, request, mediator, ct);

    /// <summary>Adds a record, or up to 500 as `records`: all of them or none.</summary>
    private static Task<IResult> CreateCustomRecord(
        string module, string table, RecordsBody body, [AsParameters] RecordParameters parameters, IMediator mediator, CancellationToken ct) =>
        CreateAsync(parameters.ToTable(module, table, isExt: false), body, mediator, ct);

    /// <summary>Reads one record.</summary>
    private static async Task<Results<Ok<RecordAnswer>, ErrorResult>> GetCustomRecord(
        string module, string table, string id, [AsParameters] RecordParameters parameters, IMediator mediator, CancellationToken ct) =>
        (await mediator.Send(new GetCustomRecordQuery(parameters.ToTable(module, table, isExt: false), id), ct)).ToOk(r => new RecordAnswer(r));

    /// <summary>Changes some columns of a record.</summary>
    private static Task<Results<Ok<RecordAnswer>, ErrorResult>> UpdateCustomRecord(
        string module, string table, string id, RecordBody body, [AsParameters] RecordParameters parameters, IMediator mediator, CancellationToken ct) =>
        UpdateAsync(parameters.ToTable(module, table, isExt: false), id, body, mediator, ct);

    /// <summary>Deletes a record.</summary>
    private static async Task<Results<Ok<Success>, ErrorResult>> DeleteCustomRecord(
        string module, string table, string id, [AsParameters] RecordParameters parameters, IMediator mediator, CancellationToken ct) =>
        (await mediator.Send(new DeleteCustomRecordCommand(parameters.ToTable(module, table, isExt: false), id), ct)).ToSuccess();

    /// <summary>Lists the records of a table that the extension's manifest lets it read.</summary>
    private static Task<Results<Ok<DataPage<Record>>, ErrorResult>> ListExtCustomRecords(
        string module, string table, [AsParameters] RecordListParameters parameters, HttpRequest request, IMediator mediator, CancellationToken ct) =>
        ListAsync(module, table, parameters, isExt: true, request, mediator, ct);

    /// <summary>Adds a record, or up to 500 as `records`: all of them or none.</summary>
    private static Task<IResult> CreateExtCustomRecord(
        string module, string table, RecordsBody body, [AsParameters] RecordParameters parameters, IMediator mediator, CancellationToken ct) =>
        CreateAsync(parameters.ToTable(module, table, isExt: true), body, mediator, ct);

    /// <summary>Reads one record.</summary>
    private static async Task<Results<Ok<RecordAnswer>, ErrorResult>> GetExtCustomRecord(
        string module, string table, string id, [AsParameters] RecordParameters parameters, IMediator mediator, CancellationToken ct) =>
        (await mediator.Send(new GetCustomRecordQuery(parameters.ToTable(module, table, isExt: true), id), ct)).ToOk(r => new RecordAnswer(r));

    /// <summary>Changes some columns of a record.</summary>
    private static Task<Results<Ok<RecordAnswer>, ErrorResult>> UpdateExtCustomRecord(
        string module, string table, string id, RecordBody body, [AsParameters] RecordParameters parameters, IMediator mediator, CancellationToken ct) =>
        UpdateAsync(parameters.ToTable(module, table, isExt: true), id, body, mediator, ct);

    /// <summary>Deletes a record.</summary>
    private static async Task<Results<Ok<Success>, ErrorResult>> DeleteExtCustomRecord(
        string module, string table, string id, [AsParameters] RecordParameters parameters, IMediator mediator, CancellationToken ct) =>
        (await mediator.Send(new DeleteCustomRecordCommand(parameters.ToTable(module, table, isExt: true), id), ct)).ToSuccess();

    private static async Task<Results<Ok<DataPage<Record>>, ErrorResult>> ListAsync(
        string module, string table, RecordListParameters parameters, bool isExt, HttpRequest request, IMediator mediator, CancellationToken ct)
    {
        if (parameters.Limit is < 1 or > PageRequest.MaxSize)
            return new ErrorResult(Error.InvalidParameter("limit", $"limit is a number from 1 to {PageRequest.MaxSize}."));
        var query = new ListCustomRecordsQuery(
            parameters.ToTable(module, table, isExt), CustomDataFilters.Read(request.Query),
            new PageRequest(parameters.Page, parameters.Limit ?? parameters.PerPage ?? RecordListParameters.DefaultLimit, parameters.Sort));
        return (await mediator.Send(query, ct)).ToOk(DataPage<Record>.Of);
    }

    private static async Task<IResult> CreateAsync(CustomTableRef table, RecordsBody body, IMediator mediator, CancellationToken ct)
    {
        if ((body.Record is null) == (body.Records is null))
            return new ErrorResult(Error.Validation("record", "Give record, an object, or records, a list of objects."));
        var created = await mediator.Send(new CreateCustomRecordsCommand(table, body.Records ?? [body.Record!], IsBulk: body.Records is not null), ct);
        return created.Error is { } error ? new ErrorResult(error)
            : TypedResults.Created((string?)null, new AddedRecords(body.Records is null ? created.Value[0] : created.Value));
    }

    private static async Task<Results<Ok<RecordAnswer>, ErrorResult>> UpdateAsync(CustomTableRef table, string id, RecordBody body, IMediator mediator, CancellationToken ct) =>
        body.Record is { } changes
            ? (await mediator.Send(new UpdateCustomRecordCommand(table, id, changes), ct)).ToOk(r => new RecordAnswer(r))
            : new ErrorResult(Error.Validation("record", "record is an object."));
}

/// <summary>One record: its id, its columns, `organization_id`, `project_id`, `created_at` and `updated_at`.</summary>
internal sealed record RecordAnswer(Record Data);

/// <param name="Data">The new record, or the list of them when the request held `records`.</param>
internal sealed record AddedRecords(object Data);

internal record RecordParameters
{
    [FromQuery(Name = "project_id"), Description("The project: its id or key. For an extension that of its installation by default.")]
    public string? ProjectId { get; init; }

    [FromQuery(Name = "project_key"), Description("The same as `project_id`.")]
    public string? ProjectKey { get; init; }

    public CustomTableRef ToTable(string module, string table, bool isExt)
    {
        var project = Parameters.Project("project_id", Parameters.OneOf(("project_id", ProjectId), ("project_key", ProjectKey)));
        return project is null && !isExt
            ? throw new InvalidParameterException("project_id", "Give project_id or project_key.")
            : new(module, table, project);
    }
}

internal sealed record RecordListParameters : RecordParameters
{
    public const int DefaultLimit = 50;

    [FromQuery(Name = "filters"), Description("What records must hold, as JSON or as `filters[column]=value`: a value, a list of values, or operators: `{\"total\": {\"gte\": 10}}`; eq, ne, gt, gte, lt, lte, in.")]
    public string? Filters { get; init; }

    [FromQuery(Name = "limit"), Description("Rows of a page, 1 to 100; 50 by default. Wins over `per_page`.")]
    public int? Limit { get; init; }

    [FromQuery(Name = "page"), Description("Page, from 1.")]
    public int? Page { get; init; }

    [FromQuery(Name = "per_page"), Description("Rows of a page, 1 to 100.")]
    public int? PerPage { get; init; }

    [FromQuery(Name = "sort"), Description("Order: a column and `asc` or `desc`; empty columns are the last of an ascending order.")]
    public string? Sort { get; init; }
}
